"""One module for each page of the console: parse, call one service, render."""
