package org.maskwright.trainer.report;

/** A {@link Report.Table} as HTML; of very many rows the first. */
final class TableMarkup {
  private static final int MOST_ROWS = 200;

  private TableMarkup() {}

  static void write(Markup out, Report.Table table) {
    out.text("h3", table.caption());
    if (!table.note().isEmpty()) {
      out.text("p", table.note(), "class", "note");
    }
    out.in("div", () -> out.in("table", () -> rows(out, table)), "class", "wide");
    if (table.rows().size() > MOST_ROWS) {
      out.text("p", "and " + (table.rows().size() - MOST_ROWS) + " more", "class", "note");
    }
  }

  private static void rows(Markup out, Report.Table table) {
    out.in(
        "thead",
        () ->
            out.in(
                "tr", () -> table.columns().forEach(name -> out.name("th", name, "scope", "col"))));
    out.in(
        "tbody",
        () ->
            table.rows().stream()
                .limit(MOST_ROWS)
                .forEach(
                    row ->
                        out.in(
                            "tr",
                            () -> {
                              out.name("th", row.name(), "scope", "row");
                              row.cells().forEach(cell -> out.name("td", cell));
                            })));
  }
}
