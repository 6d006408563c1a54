"""What is built on gradients: `checking` compares them with differences of values, `jacobians` has
Jacobians, Hessians and their products with vectors.
"""
