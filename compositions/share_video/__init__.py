"""A song as a video to share: its cover, its words in time, its waveform or its notes.

Everything is drawn here; a cover is generated where none is given (:mod:`.cover`). The picture is
made of still layers, of which each frame copies stretches (:mod:`.scene`), so that a video is
written several times faster than it plays (:mod:`.writing`).
"""
