package org.maskwright.trainer.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.picture.Picture;
import org.maskwright.trainer.report.Report.Command;
import org.maskwright.trainer.report.Report.Confusion;
import org.maskwright.trainer.report.Report.Fact;
import org.maskwright.trainer.report.Report.Pictures;
import org.maskwright.trainer.report.Report.Setting;
import org.maskwright.trainer.report.Report.Table;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

class ReportPageTest {
  private static final int MOST_BYTES = 5_000_000;

  /** What a name may be that breaks pages: markup, quotes, control characters, halves of pairs. */
  private static final String HOSTILE =
      "</style><script>alert(1)</script>\"'&amp; ]]> <!-- \u0000\u001b[31m\uD800 \u202e\uFFFF ";

  /** A report of nothing. */
  private static Report empty(Command... commands) {
    return new Report(
        "run",
        "of nothing",
        List.of(),
        Optional.empty(),
        List.of(),
        Optional.empty(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        Optional.empty(),
        List.of(),
        List.of(),
        List.of(commands));
  }

  /** Every section full of one text, as large as data can make them. */
  private static Report full(String text, int many) {
    List<String> names =
        IntStream.range(0, many).mapToObj(i -> text.substring(0, text.length() - 1) + i).toList();
    List<Table.Row> rows =
        names.stream().map(n -> new Table.Row(n, List.of("1", "2", text, "4"))).toList();
    Table table = new Table(text, List.of(text, "a", "b", "c", "d"), rows, text);
    List<Confusion.Cell> cells = new ArrayList<>();
    for (int i = 0; i < many; i++) {
      cells.add(new Confusion.Cell(i, i, 1 + i));
      cells.add(new Confusion.Cell(i, (i + 1) % many, 1000L + i));
    }
    List<Plot.Point> points =
        IntStream.range(0, 100_000)
            .mapToObj(i -> new Plot.Point(i, i % 7 == 0 ? Double.NaN : Math.sin(i)))
            .toList();
    Plot plot =
        new Plot(
            text,
            text,
            IntStream.range(0, 12).mapToObj(i -> new Plot.Line(text, points)).toList(),
            Plot.Range.OF_LINES);
    List<Fact> facts = IntStream.range(0, 12).mapToObj(i -> new Fact(text, text)).toList();
    Jpeg noise = Jpeg.of(noise(900, 700), 640, 90_000);
    List<Pictures.Example> examples =
        IntStream.range(0, 3)
            .mapToObj(i -> new Pictures.Example(text, text, noise, noise))
            .toList();
    List<Pictures.Group> groups =
        List.of("Best", "Median", "Worst").stream()
            .map(name -> new Pictures.Group(name, examples))
            .toList();
    return new Report(
        text,
        text,
        facts,
        Optional.of(new Report.Data(facts, List.of(table, table), names)),
        List.of(plot, plot, plot, plot, plot, plot),
        Optional.of(table),
        List.of(table, table, table),
        List.of(new Confusion(text, names, cells, text)),
        List.of(table),
        List.of(plot),
        List.of(table),
        Optional.of(new Pictures(text, groups)),
        names.stream().map(n -> new Setting(n, text, Optional.of(text))).toList(),
        facts,
        List.of(new Command(text, text)));
  }

  private static Picture noise(int width, int height) {
    byte[] rgb = new byte[3 * width * height];
    new Random(1).nextBytes(rgb);
    return Picture.ofRgb(rgb, width, height);
  }

  private static Document parsed(String html) {
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
      // From Java 24 on texts have a limit of 100,000 characters with the references in them.
      factory.setAttribute("jdk.xml.maxGeneralEntitySizeLimit", "0");
      factory.setAttribute("jdk.xml.totalEntitySizeLimit", "0");
      return factory.newDocumentBuilder().parse(new InputSource(new StringReader(html)));
    } catch (SAXException | IOException | ParserConfigurationException e) {
      throw new AssertionError("not well-formed: " + e.getMessage(), e);
    }
  }

  private static List<Element> all(Document page, String tag) {
    NodeList found = page.getElementsByTagName(tag);
    return IntStream.range(0, found.getLength()).mapToObj(i -> (Element) found.item(i)).toList();
  }

  @Test
  void aReportWithoutDataHasNoSections() {
    Document page = parsed(ReportPage.html(empty()));
    assertEquals(List.of(), all(page, "section"));
    assertEquals(List.of(), all(page, "a"));
    assertEquals("run", all(page, "title").get(0).getTextContent());
  }

  @Test
  void whateverNamesHoldThePageIsWellFormedAndRunsNothing() {
    Document page = parsed(ReportPage.html(full(HOSTILE, 40)));
    assertEquals(List.of(), all(page, "script"));
    assertEquals(1, all(page, "style").size());
    String heading = all(page, "h1").get(0).getTextContent().strip();
    assertTrue(heading.startsWith("</style><script>alert(1)</script>\"'&amp; ]]> <!-- "), heading);
    NodeList everything = page.getElementsByTagName("*");
    for (int i = 0; i < everything.getLength(); i++) {
      var attributes = everything.item(i).getAttributes();
      for (int a = 0; a < attributes.getLength(); a++) {
        assertFalse(attributes.item(a).getNodeName().startsWith("on"));
      }
    }
  }

  @Test
  void nothingIsFetchedAndEveryLinkHasItsTarget() {
    Document page = parsed(ReportPage.html(full(HOSTILE, 40)));
    List<String> ids = all(page, "section").stream().map(s -> s.getAttribute("id")).toList();
    assertEquals(
        ids,
        all(page, "a").stream().map(a -> a.getAttribute("href").substring(1)).toList(),
        "each section is linked once, in order");
    assertEquals(ids.stream().distinct().toList(), ids);
    all(page, "img").forEach(i -> assertTrue(i.getAttribute("src").startsWith("data:image/jpeg")));
    all(page, "link").forEach(l -> assertTrue(l.getAttribute("href").startsWith("data:")));
    assertFalse(all(page, "style").get(0).getTextContent().contains("url("));
    assertEquals(18, all(page, "img").size());
    all(page, "img").forEach(i -> assertFalse(i.getAttribute("alt").isEmpty()));
  }

  @Test
  void thePageStaysBelow5MegabytesHoweverMuchThereIs() {
    for (String text : List.of("<".repeat(10_000), "\uD83D\uDE00".repeat(5_000))) {
      byte[] page = ReportPage.html(full(text, 1203)).getBytes(StandardCharsets.UTF_8);
      assertTrue(page.length < MOST_BYTES, "bytes: " + page.length);
      parsed(new String(page, StandardCharsets.UTF_8));
    }
  }

  @Test
  void aCommandIsWholeHoweverLongItsPathIs() {
    String path = "a/".repeat(2000) + "model";
    Report report = empty(new Command("evaluate", "maskwright eval " + path));
    Document page = parsed(ReportPage.html(report));
    assertEquals("maskwright eval " + path, all(page, "code").get(0).getTextContent());
  }

  @Test
  void aLineBreaksWhereNothingWasMeasured() {
    List<Plot.Point> points =
        List.of(
            new Plot.Point(0, 1),
            new Plot.Point(1, 2),
            new Plot.Point(2, Double.NaN),
            new Plot.Point(3, 4),
            new Plot.Point(4, 5));
    Markup out = new Markup();
    PlotMarkup.write(
        out, new Plot("p", "step", List.of(new Plot.Line("a", points)), Plot.Range.OF_LINES));
    Element path = all(parsed(out.toString()), "path").get(0);
    assertEquals(2, path.getAttribute("d").chars().filter(c -> c == 'M').count());
    assertEquals(2, path.getAttribute("d").chars().filter(c -> c == 'L').count());
  }

  @Test
  void aLongLineIsDrawnAsMeansOfNeighbours() {
    List<Plot.Point> points =
        IntStream.range(0, 601).mapToObj(i -> new Plot.Point(i, i % 3)).toList();
    Plot.Line line = new Plot.Line("a", points);
    assertEquals(3, line.stride());
    assertTrue(line.drawn().size() <= Plot.MOST_POINTS);
    line.drawn().subList(0, 200).forEach(p -> assertEquals(1, p.y()));
  }

  @Test
  void aConfusionShowsSharesOfTheTruthAndTheMostFrequentMistakesFirst() {
    Confusion matrix =
        new Confusion(
            "objects",
            List.of("cat", "dog", "never"),
            List.of(
                new Confusion.Cell(0, 0, 3),
                new Confusion.Cell(0, 1, 1),
                new Confusion.Cell(1, 0, 8)),
            "");
    Markup out = new Markup();
    out.in("div", () -> ConfusionMarkup.write(out, matrix));
    Document page = parsed(out.toString());
    List<String> cells =
        all(page, "td").stream().limit(6).map(e -> e.getTextContent().strip()).toList();
    assertEquals(List.of("75", "25", "4", "100", "", "8"), cells);
    List<String> names = all(page, "th").stream().map(e -> e.getTextContent().strip()).toList();
    assertFalse(names.contains("never"));
    assertEquals("dog", names.get(names.indexOf("of the truth") + 1));
  }

  @Test
  void aPictureIsNoLargerThanItMayBe() {
    Jpeg jpeg = Jpeg.of(noise(1200, 300), 640, 60_000);
    assertTrue(jpeg.dataUri().length() < 60_000 * 4 / 3 + 100);
    assertTrue(jpeg.width() <= 640);
    assertEquals(4, Math.round((double) jpeg.width() / jpeg.height()));
  }
}
