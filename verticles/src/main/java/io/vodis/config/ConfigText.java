package io.vodis.config;

import io.vodis.model.HostAndPort;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** How the value of a key is written as text, and read back, by its type. */
final class ConfigText {

  private ConfigText() {}

  /**
   * Reads a value.
   *
   * @throws IllegalArgumentException with what is expected as its message
   */
  static Object parse(Type type, String text) {
    if (type instanceof ParameterizedType list && list.getRawType() == List.class) {
      return Arrays.stream(text.split(",", -1))
          .map(String::strip)
          .filter(s -> !s.isEmpty())
          .toList();
    }
    Class<?> wanted = (Class<?>) type;
    if (wanted == String.class) {
      return text;
    } else if (wanted == int.class) {
      return parseInt(text);
    } else if (wanted == long.class) {
      return parseLong(text);
    } else if (wanted == boolean.class) {
      return parseBoolean(text);
    } else if (wanted == Duration.class) {
      return expecting("a duration such as 500ms, 30s or 5m", () -> Durations.parse(text));
    } else if (wanted == ByteSize.class) {
      return expecting("a size such as 64kb or 1gb", () -> ByteSize.parse(text));
    } else if (wanted == HostAndPort.class) {
      return expecting("host:port", () -> HostAndPort.parse(text));
    } else if (wanted.isEnum()) {
      return parseEnum(wanted, text);
    }
    throw new IllegalStateException("no text form for a configuration key of type " + type);
  }

  /** Writes a value so that {@link #parse} reads the same. */
  static String render(Object value) {
    return switch (value) {
      case Duration duration -> Durations.render(duration);
      case Enum<?> constant -> enumText(constant);
      case List<?> list -> list.stream().map(String::valueOf).collect(Collectors.joining(","));
      default -> value.toString();
    };
  }

  private static Integer parseInt(String text) {
    try {
      return Integer.valueOf(text.strip());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("a whole number", e);
    }
  }

  private static Long parseLong(String text) {
    try {
      return Long.valueOf(text.strip());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("a whole number", e);
    }
  }

  private static Boolean parseBoolean(String text) {
    return switch (text.strip().toLowerCase(Locale.ROOT)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("true or false");
    };
  }

  private static Object parseEnum(Class<?> type, String text) {
    String wanted = text.strip().toLowerCase(Locale.ROOT).replace('_', '-');
    Object[] constants = type.getEnumConstants();
    for (Object constant : constants) {
      if (enumText((Enum<?>) constant).equals(wanted)) {
        return constant;
      }
    }
    throw new IllegalArgumentException(
        Arrays.stream(constants)
            .map(c -> enumText((Enum<?>) c))
            .collect(Collectors.joining(", ", "one of ", "")));
  }

  private static String enumText(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static Object expecting(String what, java.util.function.Supplier<Object> parser) {
    try {
      return parser.get();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(what, e);
    }
  }
}
