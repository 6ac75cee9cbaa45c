"""SUMO's files as flat arrays, for engines that have no files of their own."""
