"""Files made from songs: what can be asked for, how each is written, how long it is kept."""
