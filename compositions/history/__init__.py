"""The history of a song: versions that never change, branches and tags that name them.

A version is a commit as git knows it: a tree of hashed parts, parents, author, message and
time, named by its hash. Parts are stored once, however many versions of however many songs
hold them.
"""
