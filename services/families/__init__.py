"""Relatives: the sheet that they scan, who they are to whom, what they may see."""
