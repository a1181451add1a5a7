"""Runs a Great Expectations suite (JSON) on a CSV with pandas; prints what each expectation said."""

import json
import sys
import warnings

import great_expectations as gx
import pandas as pd
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

warnings.filterwarnings("ignore")
suite_file, csv_file = sys.argv[1:3]
with open(suite_file) as file:
    written = json.load(file)
context = gx.get_context(mode="ephemeral")
context.variables.progress_bars = {"globally": False}
asset = context.data_sources.add_pandas("frames").add_dataframe_asset("frame")
definition = asset.add_batch_definition_whole_dataframe("whole")
batch = definition.get_batch({"dataframe": pd.read_csv(csv_file)})
results = []
for expectation in written["expectations"]:
    # One by one: a suite keeps only one expectation of a type for a column.
    configuration = ExpectationConfiguration(type=expectation["type"], kwargs=expectation["kwargs"])
    result = batch.validate(configuration.to_domain_obj())
    observed = result.result.get("observed_value")
    results.append(
        {
            "type": result.expectation_config.type,
            "success": bool(result.success),
            "elements": result.result.get("element_count"),
            "unexpected": result.result.get("unexpected_count"),
            "observed": observed.item() if hasattr(observed, "item") else observed,
        }
    )
print(json.dumps(results))
