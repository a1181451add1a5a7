"""Evidently's own drift statistics of two CSV files, column by column; prints them as JSON."""

import json
import sys
import warnings

import pandas as pd

warnings.filterwarnings("ignore")
from evidently.legacy.calculations.stattests import jensenshannon_stat_test, ks_stat_test, wasserstein_stat_test  # noqa: E402
from evidently.legacy.core import ColumnType  # noqa: E402

reference, current = (pd.read_csv(path) for path in sys.argv[1:3])
said = {}
for column, kind in json.loads(sys.argv[3]).items():
    ref, cur = reference[column].dropna(), current[column].dropna()
    numeric = kind == "numeric"
    feature = ColumnType.Numerical if numeric else ColumnType.Categorical
    said[column] = {"jensenShannon": jensenshannon_stat_test(ref, cur, feature, 0.1).drift_score}
    if numeric:
        said[column]["ksPValue"] = ks_stat_test(ref, cur, feature, 0.05).drift_score
        said[column]["wasserstein"] = wasserstein_stat_test(ref, cur, feature, 0.1).drift_score
print(json.dumps(said))
