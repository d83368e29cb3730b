package org.maskwright.trainer.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.maskwright.trainer.report.Report.Pictures;
import org.maskwright.trainer.report.Report.Setting;

/**
 * A {@link Report} as one HTML file: styles, curves and pictures are in it, it fetches nothing and
 * runs no script. It is well-formed XML, at most some megabytes however much was measured, and
 * follows the reader's choice of light or dark.
 */
public final class ReportPage {
  /** How the file is called wherever one is written. */
  public static final String NAME = "report.html";

  private static final int MOST_SETTINGS = 600;
  private static final int LONGEST_KEY = 100;
  private static final int LONGEST_VALUE = 200;
  private static final int MOST_WARNINGS = 50;
  private static final int MOST_PLOTS = 12;

  /** A part of the page that has something to show. */
  private record Section(String id, String heading, Runnable content) {}

  private final Report report;
  private final Markup out = new Markup();

  private ReportPage(Report report) {
    this.report = report;
  }

  /** The page as text, to be stored in UTF-8. */
  public static String html(Report report) {
    return new ReportPage(report).page();
  }

  private String page() {
    out.raw("<!DOCTYPE html>\n");
    out.in(
        "html",
        () -> {
          out.in("head", this::head);
          out.in("body", this::body);
        },
        "xmlns",
        "http://www.w3.org/1999/xhtml",
        "lang",
        "en");
    return out.toString();
  }

  private void head() {
    out.empty("meta", "charset", "utf-8");
    out.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
    out.empty("meta", "name", "color-scheme", "content", "light dark");
    out.text("title", Markup.shortened(report.title(), Markup.LONGEST_NAME));
    out.empty("link", "rel", "icon", "href", "data:,"); // else browsers ask the server for one
    out.raw("<style>\n").raw(styles()).raw("</style>\n");
  }

  private static String styles() {
    try (InputStream in = ReportPage.class.getResourceAsStream("report.css")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("report.css: missing from the trainer's jar", e);
    }
  }

  private void body() {
    List<Section> sections = sections();
    out.in(
        "header",
        () -> {
          out.name("h1", report.title());
          out.text("p", report.subject());
          facts(report.summary(), "summary");
          out.in(
              "nav", () -> sections.forEach(s -> out.text("a", s.heading(), "href", "#" + s.id())));
        });
    out.in(
        "main",
        () ->
            sections.forEach(
                s ->
                    out.in(
                        "section",
                        () -> {
                          out.text("h2", s.heading());
                          s.content().run();
                        },
                        "id",
                        s.id())));
  }

  private List<Section> sections() {
    List<Section> all = new ArrayList<>();
    report.data().ifPresent(d -> all.add(new Section("data", "Data", () -> data(d))));
    add(all, "curves", "Curves", report.curves(), () -> plots(report.curves()));
    report.metrics().ifPresent(t -> all.add(new Section("metrics", "Metrics", () -> table(t))));
    add(all, "classes", "By class", report.perClass(), () -> tables(report.perClass()));
    add(
        all,
        "confusion",
        "Confusion",
        report.confusions(),
        () -> report.confusions().forEach(c -> ConfusionMarkup.write(out, c)));
    add(all, "errors", "Errors", report.errors(), () -> tables(report.errors()));
    List<Object> scores = new ArrayList<>(report.precisionRecall());
    scores.addAll(report.thresholds());
    add(all, "scores", "Scores and thresholds", scores, this::scores);
    report
        .pictures()
        .ifPresent(p -> all.add(new Section("pictures", "Pictures", () -> pictures(p))));
    add(all, "next", "What follows", report.commands(), this::commands);
    add(all, "settings", "Settings", report.settings(), this::settings);
    add(
        all,
        "provenance",
        "Provenance",
        report.provenance(),
        () -> facts(report.provenance(), "facts"));
    return all;
  }

  private static void add(
      List<Section> all, String id, String heading, List<?> shown, Runnable content) {
    if (!shown.isEmpty()) {
      all.add(new Section(id, heading, content));
    }
  }

  private void facts(List<Report.Fact> facts, String style) {
    if (!facts.isEmpty()) {
      out.in(
          "dl",
          () ->
              facts.forEach(
                  f ->
                      out.in(
                          "div",
                          () -> {
                            out.name("dt", f.name());
                            out.in("dd", () -> out.text("bdi", f.value()));
                          })),
          "class",
          style);
    }
  }

  private void data(Report.Data data) {
    if (!data.warnings().isEmpty()) {
      out.in(
          "ul",
          () -> data.warnings().stream().limit(MOST_WARNINGS).forEach(w -> out.text("li", w)),
          "class",
          "warnings");
      int more = data.warnings().size() - MOST_WARNINGS;
      if (more > 0) {
        out.text("p", "and " + more + " more warnings", "class", "note");
      }
    }
    facts(data.parts(), "facts");
    tables(data.classes());
  }

  private void tables(List<Report.Table> tables) {
    if (!tables.isEmpty()) {
      out.in("div", () -> tables.forEach(t -> out.in("div", () -> table(t))), "class", "tables");
    }
  }

  private void table(Report.Table table) {
    TableMarkup.write(out, table);
  }

  private void plots(List<Plot> plots) {
    if (!plots.isEmpty()) {
      out.in(
          "div",
          () -> plots.stream().limit(MOST_PLOTS).forEach(p -> PlotMarkup.write(out, p)),
          "class",
          "plots");
    }
  }

  private void scores() {
    plots(report.precisionRecall());
    tables(report.thresholds());
  }

  private void pictures(Pictures pictures) {
    out.text("p", pictures.measure(), "class", "note");
    for (Pictures.Group group : pictures.groups()) {
      out.text("h3", group.name());
      out.in("div", () -> group.examples().forEach(this::example), "class", "examples");
    }
  }

  private void example(Pictures.Example example) {
    out.in(
        "figure",
        () -> {
          out.in(
              "figcaption",
              () -> {
                out.name("span", example.name());
                out.raw(" ").text("strong", example.score());
              });
          out.in(
              "div",
              () -> {
                picture("annotation", example.annotation());
                picture("prediction", example.prediction());
              },
              "class",
              "pair");
        });
  }

  private void picture(String what, Jpeg jpeg) {
    out.in(
        "div",
        () -> {
          out.empty(
              "img",
              "src",
              jpeg.dataUri(),
              "alt",
              what,
              "width",
              "" + jpeg.width(),
              "height",
              "" + jpeg.height());
          out.text("small", what);
        });
  }

  private void commands() {
    report
        .commands()
        .forEach(
            c -> {
              out.text("p", c.purpose(), "class", "note");
              out.in("pre", () -> out.whole("code", c.line()));
            });
  }

  private void settings() {
    List<Setting> changed =
        report.settings().stream().filter(s -> s.standard().isPresent()).toList();
    List<Setting> others = report.settings().stream().filter(s -> s.standard().isEmpty()).toList();
    settings("differ from their defaults", changed);
    settings("are at their defaults", others);
  }

  private void settings(String what, List<Setting> settings) {
    if (settings.isEmpty()) {
      return;
    }
    out.in(
        "details",
        () -> {
          out.text("summary", settings.size() + " settings " + what);
          out.in(
              "div",
              () ->
                  out.in(
                      "table",
                      () ->
                          settings.stream()
                              .limit(MOST_SETTINGS)
                              .forEach(s -> out.in("tr", () -> setting(s))),
                      "class",
                      "settings"),
              "class",
              "wide");
        });
  }

  private void setting(Setting s) {
    out.in("th", () -> out.text("code", Markup.shortened(s.key(), LONGEST_KEY)), "scope", "row");
    out.in("td", () -> out.text("code", Markup.shortened(s.value(), LONGEST_VALUE)));
    out.text(
        "td",
        s.standard()
            .filter(standard -> !standard.isEmpty())
            .map(d -> "default " + Markup.shortened(d, Markup.LONGEST_NAME))
            .orElse(""));
  }
}
