package io.vodis.it.differential;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which commands there are and how their arguments look; {@code grammar.txt} says how it reads. */
final class Grammar {

  /** One way to write a command. */
  record Production(String name, Node.Sequence arguments) {

    /** The name, with the subcommand if there is one: {@code CLIENT|GETNAME}. */
    String label() {
      return !arguments.parts().isEmpty() && arguments.parts().getFirst() instanceof Node.Word sub
          ? name + "|" + sub.text()
          : name;
    }

    boolean hasKeys() {
      return hasKeys(arguments);
    }

    private static boolean hasKeys(Node node) {
      return switch (node) {
        case Node.Word word -> false;
        case Node.Value value ->
            value.kind().equals("key") || Values.KEY_KINDS.contains(value.kind());
        case Node.Sequence sequence -> sequence.parts().stream().anyMatch(Production::hasKeys);
        case Node.Optional optional -> hasKeys(optional.part());
        case Node.Choice choice -> choice.parts().stream().anyMatch(Production::hasKeys);
        case Node.Repeated repeated -> hasKeys(repeated.part());
        case Node.Counted counted -> hasKeys(counted.part());
      };
    }
  }

  private static final Pattern TOKEN =
      Pattern.compile("\\s*(#\\{|[\\[\\](){}|]|<[a-z]+>|[^\\s\\[\\](){}|]+)");

  private final List<Production> productions = new ArrayList<>();
  private final Set<String> excluded = new TreeSet<>();
  private final Set<String> apart = new TreeSet<>();

  private Grammar(List<String> lines) {
    for (String line : lines) {
      if (line.startsWith("! ")) {
        excluded.add(line.split(" ", 3)[1]);
      } else if (line.startsWith("? ")) {
        apart.add(line.split(" ", 3)[1]);
      } else if (!line.isBlank() && !line.startsWith("#")) {
        int end = line.indexOf(' ');
        String name = end < 0 ? line : line.substring(0, end);
        List<String> tokens = tokens(end < 0 ? "" : line.substring(end + 1));
        productions.add(new Production(name, new Parser(tokens).sequence("")));
      }
    }
  }

  static Grammar load() {
    try (InputStream in =
        Objects.requireNonNull(Grammar.class.getResourceAsStream("/differential/grammar.txt"))) {
      return new Grammar(new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is compared. */
  List<Production> productions() {
    return productions.stream().filter(production -> !isApart(production)).toList();
  }

  private boolean isApart(Production production) {
    return apart.contains(production.label()) || apart.contains(production.name());
  }

  /** Whether a command has a production, or a reason not to have one. */
  boolean knows(String command) {
    String name = command.replaceAll("\\|.*", "");
    return excluded.contains(name)
        || productions.stream().anyMatch(production -> covers(production, command));
  }

  private static boolean covers(Production production, String command) {
    int bar = command.indexOf('|');
    if (bar < 0) {
      return production.name().equals(command);
    }
    return production.label().equals(command);
  }

  private static List<String> tokens(String text) {
    List<String> tokens = new ArrayList<>();
    Matcher matcher = TOKEN.matcher(text);
    while (matcher.lookingAt()) {
      tokens.add(Objects.requireNonNull(matcher.group(1)));
      matcher.region(matcher.end(), text.length());
    }
    return tokens;
  }

  /** A recursive descent over the tokens of one line. */
  private static final class Parser {

    private final List<String> tokens;
    private int at;

    Parser(List<String> tokens) {
      this.tokens = tokens;
    }

    /** Up to one of the characters in {@code ends}, which is not taken. */
    Node.Sequence sequence(String ends) {
      List<Node> parts = new ArrayList<>();
      while (at < tokens.size() && !(tokens.get(at).length() == 1 && ends.contains(peek()))) {
        parts.add(part(tokens.get(at++)));
      }
      return new Node.Sequence(parts);
    }

    private String peek() {
      return tokens.get(at);
    }

    private Node part(String token) {
      return switch (token) {
        case "[" -> new Node.Optional(closing("]"));
        case "{" -> new Node.Repeated(closing("}"));
        case "#{" -> new Node.Counted(closing("}"));
        case "(" -> choice();
        default ->
            token.startsWith("<")
                ? new Node.Value(token.substring(1, token.length() - 1))
                : new Node.Word(token);
      };
    }

    private Node closing(String end) {
      Node inner = sequence(end);
      at++;
      return inner;
    }

    private Node choice() {
      List<Node> parts = new ArrayList<>();
      do {
        parts.add(sequence("|)"));
      } while (tokens.get(at++).equals("|"));
      return new Node.Choice(parts);
    }
  }
}
