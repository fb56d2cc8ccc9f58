"""Random, valid, numerically tame NumPy programs as source text.

`chooser` makes the choices, `kinds` says what a variable holds, `knobs` weighs the features,
`expressions`, `arrays`, `calls` and `subscripts` write expressions, `statements`, `stores`,
`containers`, `control`, `lazy`, `classes`, `comprehensions`, `failing`, `auxiliary` and `returns` write
statements, `outside` reads the module and changes it between calls, and `program` puts a function with its
helpers and inputs together. `wild` writes programs that are merely syntactically valid.
`judge` and `derivatives` compare values, gradients, tangents and errors, and `minimize` shrinks what fails.
"""
