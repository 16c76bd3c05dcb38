package io.vodis.proxy.local;

import io.vodis.proxy.session.Args;
import io.vodis.proxy.session.ClientLine;
import io.vodis.proxy.session.Session;
import io.vodis.resp.RespErrors;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which sessions CLIENT LIST shows or CLIENT KILL ends. A criterion that is null fits all. */
public record ClientFilter(
    @Nullable Set<Long> ids,
    @Nullable String address,
    @Nullable String localAddress,
    @Nullable String type,
    long minAgeSeconds,
    boolean skipsCaller) {

  static final ClientFilter ALL = new ClientFilter(null, null, null, null, 0, false);

  private static final Set<String> TYPES = Set.of("normal", "master", "replica", "slave", "pubsub");

  /** What a session is like, for filters. */
  record Traits(long id, String address, String localAddress, boolean pubsub, long ageSeconds) {
    static Traits of(Session session) {
      return new Traits(
          session.client().id(),
          session.socket().remoteAddress(),
          session.socket().localAddress(),
          ClientLine.of(session).isPubsub(),
          session.client().ageSeconds());
    }
  }

  /** The words after a command as a filter, or the error reply that they deserve. */
  record Parsed(ClientFilter filter, byte @Nullable [] error) {
    static Parsed failed(String error) {
      return new Parsed(ALL, RespErrors.reply(error));
    }

    static Parsed of(ClientFilter filter) {
      return new Parsed(filter, null);
    }
  }

  boolean matches(Traits traits, boolean isCaller) {
    return (ids == null || ids.contains(traits.id()))
        && (address == null || address.equals(traits.address()))
        && (localAddress == null || localAddress.equals(traits.localAddress()))
        && (type == null || type.equals(traits.pubsub() ? "pubsub" : "normal"))
        && traits.ageSeconds() >= minAgeSeconds
        && !(isCaller && skipsCaller);
  }

  /** Of {@code CLIENT LIST [TYPE type] [ID id ...]}, and the other options of CLIENT KILL. */
  static Parsed ofList(List<String> words, boolean valkey) {
    return options(ALL, words, valkey ? Words.OF_VALKEY : Words.OF_LIST);
  }

  /** Of {@code CLIENT KILL address} and {@code CLIENT KILL option value [...]}. */
  static Parsed ofKill(List<String> words, boolean valkey) {
    if (words.size() == 1) {
      return Parsed.of(new ClientFilter(null, words.get(0), null, null, 0, false));
    }
    ClientFilter othersOnly = new ClientFilter(null, null, null, null, 0, true);
    return options(othersOnly, words, valkey ? Words.OF_VALKEY : Words.OF_KILL);
  }

  /** How a wrong id is called. */
  private enum Words {
    OF_LIST("ERR Invalid client ID", "ERR Invalid client ID"),
    OF_KILL("ERR client-id should be greater than 0", "ERR client-id should be greater than 0"),
    OF_VALKEY("ERR syntax error", "ERR client-id should be greater than 0");

    private final String notNumber;
    private final String notPositive;

    Words(String notNumber, String notPositive) {
      this.notNumber = notNumber;
      this.notPositive = notPositive;
    }
  }

  private static Parsed options(ClientFilter first, List<String> words, Words errors) {
    ClientFilter filter = first;
    int at = 0;
    while (at < words.size()) {
      if (at + 1 >= words.size()) {
        return new Parsed(ALL, RespErrors.SYNTAX);
      }
      String option = words.get(at).toLowerCase(Locale.ROOT);
      int next = at + 2;
      Parsed more;
      if (option.equals("id")) {
        while (next < words.size() && Args.number(words.get(next)) != null) {
          next++;
        }
        more = filter.withIds(words.subList(at + 1, next), errors);
      } else {
        more = filter.with(option, words.get(at + 1));
      }
      if (more.error() != null) {
        return more;
      }
      filter = more.filter();
      at = next;
    }
    return Parsed.of(filter);
  }

  private Parsed withIds(List<String> words, Words errors) {
    Set<Long> all = ids == null ? new HashSet<>() : new HashSet<>(ids);
    for (String word : words) {
      Long id = Args.number(word);
      if (id == null || id < 1) {
        return Parsed.failed(id == null ? errors.notNumber : errors.notPositive);
      }
      all.add(id);
    }
    return Parsed.of(
        new ClientFilter(all, address, localAddress, type, minAgeSeconds, skipsCaller));
  }

  private Parsed with(String option, String value) {
    return switch (option) {
      case "addr" ->
          Parsed.of(new ClientFilter(ids, value, localAddress, type, minAgeSeconds, skipsCaller));
      case "laddr" ->
          Parsed.of(new ClientFilter(ids, address, value, type, minAgeSeconds, skipsCaller));
      case "type" -> {
        String name = value.toLowerCase(Locale.ROOT);
        yield TYPES.contains(name)
            ? Parsed.of(
                new ClientFilter(ids, address, localAddress, name, minAgeSeconds, skipsCaller))
            : Parsed.failed("ERR Unknown client type '" + value + "'");
      }
      case "user" ->
          value.equals("default")
              ? Parsed.of(this)
              : Parsed.failed("ERR No such user '" + value + "'");
      case "maxage" -> {
        Long age = Args.number(value);
        if (age == null) {
          yield Parsed.failed("ERR maxage is not an integer or out of range");
        }
        yield age < 1
            ? Parsed.failed("ERR maxage should be greater than 0")
            : Parsed.of(new ClientFilter(ids, address, localAddress, type, age, skipsCaller));
      }
      case "skipme" ->
          switch (value.toLowerCase(Locale.ROOT)) {
            case "yes" ->
                Parsed.of(new ClientFilter(ids, address, localAddress, type, minAgeSeconds, true));
            case "no" ->
                Parsed.of(new ClientFilter(ids, address, localAddress, type, minAgeSeconds, false));
            default -> new Parsed(ALL, RespErrors.SYNTAX);
          };
      default -> new Parsed(ALL, RespErrors.SYNTAX);
    };
  }
}
