"""How the weights of `understanding/` are made and measured: development only, never imported by the product.

`lines` reads `understanding/data/` and refuses what would make a figure untrue; `fit` trains; `measure` prints every
figure with its n and interval; `python -m training` does all of it, seeded (`make understanding`).
"""
