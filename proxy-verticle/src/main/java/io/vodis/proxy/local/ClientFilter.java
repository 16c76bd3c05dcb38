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

  /** Of {@code CLIENT LIST [TYPE type] [ID id ...]}. */
  static Parsed ofList(List<String> words) {
    if (words.isEmpty()) {
      return Parsed.of(ALL);
    }
    if (words.size() == 2 && words.get(0).equalsIgnoreCase("type")) {
      String type = words.get(1).toLowerCase(Locale.ROOT);
      return TYPES.contains(type)
          ? Parsed.of(new ClientFilter(null, null, null, type, 0, false))
          : Parsed.failed("ERR Unknown client type '" + words.get(1) + "'");
    }
    if (words.size() >= 2 && words.get(0).equalsIgnoreCase("id")) {
      Set<Long> ids = new HashSet<>();
      for (String word : words.subList(1, words.size())) {
        Long id = Args.number(word);
        if (id == null) {
          return Parsed.failed("ERR Invalid client ID");
        }
        ids.add(id);
      }
      return Parsed.of(new ClientFilter(ids, null, null, null, 0, false));
    }
    return new Parsed(ALL, RespErrors.SYNTAX);
  }

  /** Of {@code CLIENT KILL address} and {@code CLIENT KILL option value [...]}. */
  static Parsed ofKill(List<String> words) {
    if (words.size() == 1) {
      return Parsed.of(new ClientFilter(null, words.get(0), null, null, 0, false));
    }
    ClientFilter filter = new ClientFilter(null, null, null, null, 0, true);
    int at = 0;
    while (at < words.size()) {
      if (at + 1 >= words.size()) {
        return new Parsed(ALL, RespErrors.SYNTAX);
      }
      Parsed more = filter.with(words.get(at).toLowerCase(Locale.ROOT), words.get(at + 1));
      at += 2;
      if (more.error() != null) {
        return more;
      }
      filter = more.filter();
    }
    return Parsed.of(filter);
  }

  private Parsed with(String option, String value) {
    return switch (option) {
      case "id" -> {
        Long id = Args.number(value);
        yield id == null || id < 1
            ? Parsed.failed("ERR client-id should be greater than 0")
            : Parsed.of(
                new ClientFilter(
                    Set.of(id), address, localAddress, type, minAgeSeconds, skipsCaller));
      }
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
