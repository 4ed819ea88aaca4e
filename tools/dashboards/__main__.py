"""Write the dashboards: `python -m tools.dashboards`."""

from tools.dashboards import generated

for path, content in generated().items():
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)
