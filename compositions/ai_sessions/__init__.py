"""AI sessions: every request to the composer as a step that can be repeated and gone on from.

``steps`` opens sessions and follows each step through its job, ``decisions`` hears what became
of its proposal, ``replay`` does the chosen steps again, ``branching`` goes on from any step.
"""
