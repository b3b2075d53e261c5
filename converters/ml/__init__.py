"""Operators of ai.onnx.ml: what scikit-learn, XGBoost and LightGBM are exported to.

Importing this folder fills the table. Entries are named with their domain.
"""

from converters.ml import classes, columns, ensembles, linear, scaling, svm

__all__ = ["classes", "columns", "ensembles", "linear", "scaling", "svm"]
