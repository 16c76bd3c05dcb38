package io.vodis.launcher.admin;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows under a header, columns as wide as needed, numbers to the right; {@code -} for nothing. */
final class TextTable {

  private static final String GAP = "  ";
  private static final String NOTHING = "-";

  private final List<List<String>> rows = new ArrayList<>();
  private final int columns;

  TextTable(String... header) {
    columns = header.length;
    rows.add(List.of(header));
  }

  TextTable row(@Nullable Object... cells) {
    if (cells.length != columns) {
      throw new IllegalArgumentException(cells.length + " cells for " + columns + " columns");
    }
    rows.add(Arrays.stream(cells).map(TextTable::text).toList());
    return this;
  }

  /** Lines without trailing blanks or line end. */
  @Override
  public String toString() {
    StringBuilder table = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < columns; column++) {
        String cell = row.get(column);
        String blanks = " ".repeat(width(column) - cell.length());
        line.append(column == 0 ? "" : GAP)
            .append(isNumeric(column) ? blanks + cell : cell + blanks);
      }
      table.append(table.isEmpty() ? "" : "\n").append(line.toString().stripTrailing());
    }
    return table.toString();
  }

  private int width(int column) {
    return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
  }

  private boolean isNumeric(int column) {
    List<String> cells =
        rows.stream().skip(1).map(row -> row.get(column)).filter(c -> !c.equals(NOTHING)).toList();
    return !cells.isEmpty()
        && cells.stream()
            .allMatch(cell -> cell.matches("[-+]?[0-9.]+( ?[kMGT]?B|/s|s|[hm][0-9]+[ms])?"));
  }

  private static String text(@Nullable Object cell) {
    return cell == null || cell.toString().isEmpty() ? NOTHING : cell.toString();
  }
}
