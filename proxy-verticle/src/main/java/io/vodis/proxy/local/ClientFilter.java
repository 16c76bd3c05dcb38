package io.vodis.proxy.local;

import io.vodis.proxy.session.Args;
import io.vodis.proxy.session.ClientLine;
import io.vodis.proxy.session.Session;
import io.vodis.proxy.session.SessionClient;
import io.vodis.resp.RespErrors;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which sessions CLIENT LIST shows or CLIENT KILL ends.
 *
 * @param criteria by their option, so that of two alike the last counts; all must fit
 */
public record ClientFilter(
    Map<String, Predicate<ClientFilter.Traits>> criteria, Set<Long> ids, boolean skipsCaller) {

  static final ClientFilter ALL = new ClientFilter(Map.of(), Set.of(), false);

  private static final Set<String> TYPES = Set.of("normal", "master", "replica", "slave", "pubsub");

  /** Letters that Valkey takes for flags, and for what a client is capable of. */
  private static final String FLAGS = "AbcdeIiMNOPrSTtUuxB";

  private static final String CAPABILITIES = "r";

  public ClientFilter {
    criteria = Map.copyOf(criteria);
    ids = Set.copyOf(ids);
  }

  /** What a session is like, for filters. */
  record Traits(
      long id,
      String address,
      String localAddress,
      boolean pubsub,
      long ageSeconds,
      long idleSeconds,
      int database,
      String flags,
      String capabilities,
      String name,
      String libraryName,
      String libraryVersion) {

    static Traits of(Session session) {
      ClientLine line = ClientLine.of(session);
      SessionClient client = session.client();
      return new Traits(
          client.id(),
          session.socket().remoteAddress(),
          session.socket().localAddress(),
          line.isPubsub(),
          client.ageSeconds(),
          session.idleSeconds(),
          session.database(),
          line.flags(),
          client.capabilities(),
          client.name(),
          client.libraryName(),
          client.libraryVersion());
    }

    private String ip() {
      return address.substring(0, Math.max(0, address.lastIndexOf(':')));
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

  /** How the servers have it. */
  enum Dialect {
    REDIS,
    /** All errors of both commands are alike. */
    VALKEY_8,
    /** As before, and with more criteria and their opposites. */
    VALKEY_9
  }

  boolean matches(Traits traits, boolean isCaller) {
    return !(isCaller && skipsCaller)
        && criteria.values().stream().allMatch(criterion -> criterion.test(traits));
  }

  /** Of {@code CLIENT LIST [TYPE type] [ID id ...]}, and the other options of CLIENT KILL. */
  static Parsed ofList(List<String> words, Dialect dialect) {
    return options(ALL, words, dialect, dialect == Dialect.REDIS ? Words.OF_LIST : Words.OF_VALKEY);
  }

  /** Of {@code CLIENT KILL address} and {@code CLIENT KILL option value [...]}. */
  static Parsed ofKill(List<String> words, Dialect dialect) {
    if (words.size() == 1) {
      String wanted = words.get(0);
      return Parsed.of(ALL.with("addr", traits -> traits.address().equals(wanted)));
    }
    return options(
        ALL.skippingCaller(true),
        words,
        dialect,
        dialect == Dialect.REDIS ? Words.OF_KILL : Words.OF_VALKEY);
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

  private static Parsed options(
      ClientFilter first, List<String> words, Dialect dialect, Words errors) {
    ClientFilter filter = first;
    int at = 0;
    while (at < words.size()) {
      if (at + 1 >= words.size()) {
        return new Parsed(ALL, RespErrors.SYNTAX);
      }
      String option = words.get(at).toLowerCase(Locale.ROOT);
      int next = at + 2;
      Parsed more;
      if (option.equals("id") || option.equals("not-id") && dialect == Dialect.VALKEY_9) {
        while (next < words.size() && Args.number(words.get(next)) != null) {
          next++;
        }
        more = filter.withIds(option, words.subList(at + 1, next), errors);
      } else {
        more = filter.with(option, words.get(at + 1), dialect);
      }
      if (more.error() != null) {
        return more;
      }
      filter = more.filter();
      at = next;
    }
    return Parsed.of(filter);
  }

  private ClientFilter with(String option, Predicate<Traits> criterion) {
    Map<String, Predicate<Traits>> more = new LinkedHashMap<>(criteria);
    more.put(option, criterion);
    return new ClientFilter(more, ids, skipsCaller);
  }

  private ClientFilter skippingCaller(boolean skips) {
    return new ClientFilter(criteria, ids, skips);
  }

  private Parsed withIds(String option, List<String> words, Words errors) {
    boolean negated = option.startsWith("not-");
    Set<Long> all = new HashSet<>(negated ? Set.of() : ids);
    for (String word : words) {
      Long id = Args.number(word);
      if (id == null || id < 1) {
        return Parsed.failed(id == null ? errors.notNumber : errors.notPositive);
      }
      all.add(id);
    }
    ClientFilter with = with(option, traits -> all.contains(traits.id()) != negated);
    return Parsed.of(negated ? with : new ClientFilter(with.criteria, all, skipsCaller));
  }

  private Parsed with(String option, String value, Dialect dialect) {
    switch (option) {
      case "skipme" -> {
        return switch (value.toLowerCase(Locale.ROOT)) {
          case "yes" -> Parsed.of(skippingCaller(true));
          case "no" -> Parsed.of(skippingCaller(false));
          default -> new Parsed(ALL, RespErrors.SYNTAX);
        };
      }
      case "maxage" -> {
        return atLeast(option, value, Traits::ageSeconds);
      }
      case "idle" -> {
        return dialect == Dialect.VALKEY_9
            ? atLeast(option, value, Traits::idleSeconds)
            : new Parsed(ALL, RespErrors.SYNTAX);
      }
      default -> {
        boolean negated = option.startsWith("not-") && dialect == Dialect.VALKEY_9;
        String plain = negated ? option.substring("not-".length()) : option;
        String error = wrong(plain, value, negated, dialect);
        Predicate<Traits> criterion = criterion(plain, value, dialect);
        if (criterion == null) {
          return new Parsed(ALL, RespErrors.SYNTAX);
        }
        return error == null
            ? Parsed.of(with(option, negated ? criterion.negate() : criterion))
            : Parsed.failed(error);
      }
    }
  }

  private Parsed atLeast(
      String option, String value, java.util.function.ToLongFunction<Traits> figure) {
    Long least = Args.number(value);
    if (least == null) {
      return Parsed.failed("ERR " + option + " is not an integer or out of range");
    }
    return least < 1
        ? Parsed.failed("ERR " + option + " should be greater than 0")
        : Parsed.of(with(option, traits -> figure.applyAsLong(traits) >= least));
  }

  /** What is wrong with the value of an option; null if nothing is. */
  private static @Nullable String wrong(
      String option, String value, boolean negated, Dialect dialect) {
    String prefix = negated ? "NOT-" : "";
    String filter = negated ? prefix + option.toUpperCase(Locale.ROOT) : "provided";
    return switch (option) {
      case "type" ->
          TYPES.contains(value.toLowerCase(Locale.ROOT))
                  || dialect != Dialect.REDIS && value.equalsIgnoreCase("primary")
              ? null
              : "ERR Unknown client type '" + value + "'";
      case "user" -> value.equals("default") ? null : "ERR No such user '" + value + "'";
      case "flags" ->
          isOf(value, FLAGS)
              ? null
              : "ERR Unknown flags found in the " + filter + " filter: " + value;
      case "capa" ->
          isOf(value, CAPABILITIES)
              ? null
              : "ERR Unknown capa found in the " + filter + " filter: " + value;
      case "db" ->
          Args.number(value) == null
              ? "ERR " + prefix + "DB is not an integer or out of range"
              : null;
      default -> null;
    };
  }

  private static boolean isOf(String letters, String known) {
    return letters.chars().allMatch(letter -> known.indexOf(letter) >= 0);
  }

  private static @Nullable Predicate<Traits> criterion(
      String option, String value, Dialect dialect) {
    Predicate<Traits> ofAll =
        switch (option) {
          case "addr" -> traits -> traits.address().equals(value);
          case "laddr" -> traits -> traits.localAddress().equals(value);
          case "user" -> traits -> true;
          case "type" -> {
            String type = value.toLowerCase(Locale.ROOT);
            yield traits -> type.equals(traits.pubsub() ? "pubsub" : "normal");
          }
          default -> null;
        };
    return ofAll != null || dialect != Dialect.VALKEY_9 ? ofAll : criterionOfValkey9(option, value);
  }

  private static @Nullable Predicate<Traits> criterionOfValkey9(String option, String value) {
    return switch (option) {
      case "name" -> traits -> traits.name().equals(value);
      case "lib-name" -> traits -> traits.libraryName().equals(value);
      case "lib-ver" -> traits -> traits.libraryVersion().equals(value);
      case "ip" -> traits -> traits.ip().equals(value);
      case "db" -> {
        Long database = Args.number(value);
        yield traits -> database != null && traits.database() == database;
      }
      case "flags" -> traits -> isOf(value, traits.flags());
      case "capa" -> traits -> isOf(value, traits.capabilities());
      default -> null;
    };
  }
}
