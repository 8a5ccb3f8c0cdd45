"""Runs the built bridge, reads its messages strictly, and checks what must hold for every run."""
