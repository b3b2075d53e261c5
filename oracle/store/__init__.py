"""What a node keeps: transactions on their way, and the log as read.

Nothing here is needed to know the state of the game: that is on the chain. A lost
database costs time, and the memory of what was sent but is not mined yet.
"""
