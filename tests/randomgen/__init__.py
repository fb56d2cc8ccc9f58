"""Random, valid, numerically tame NumPy programs as source text.

`chooser` makes the choices, `kinds` says what a variable holds, `knobs` weighs the features,
`expressions`, `arrays`, `calls` and `subscripts` write expressions, `statements`, `stores`,
`containers`, `control` and `returns` write statements, and `program` puts a function with its
helpers and inputs together. `wild` writes programs that are merely syntactically valid.
`judge` compares gradients, and `minimize` shrinks what fails.
"""
