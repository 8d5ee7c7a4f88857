import io

from crawler.exporters import SafeCsvItemExporter


def test_no_cell_of_a_csv_feed_is_a_formula() -> None:
    file = io.BytesIO()
    exporter = SafeCsvItemExporter(file, fields_to_export=["title", "text", "n"], encoding="utf-8")
    exporter.start_exporting()
    exporter.export_item({"title": "=1+1", "text": "石桥", "n": -5})
    exporter.finish_exporting()

    assert file.getvalue().decode().splitlines()[1] == "'=1+1,石桥,-5"
