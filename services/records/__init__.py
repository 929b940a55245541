"""The lines of a complaint; whoever handles it, its accusations or its talk writes them."""
