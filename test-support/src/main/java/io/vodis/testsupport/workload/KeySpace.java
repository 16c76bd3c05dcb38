package io.vodis.testsupport.workload;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** The keys of one worker, in all its databases, spread over the slots by their names. */
final class KeySpace {

  private static final int TEXTS = 120;
  private static final int PAIRS = 8;
  private static final int COUNTERS = 30;
  private static final int OTHERS = 10;
  private static final int KEYS_PER_MULTI = 5;
  private static final int LARGE_VALUE_LENGTH = 20_000;

  private final String delete;
  private final String prefix;
  private final Random random;
  private final Map<Integer, KeyModel[]> active = new HashMap<>();
  private final List<KeyModel> all = new ArrayList<>();
  private long values;
  private int generation;

  KeySpace(String prefix, List<Integer> databases, Random random, String delete) {
    this.delete = delete;
    this.prefix = prefix;
    this.random = random;
    for (int database : databases) {
      KeyModel[] models = new KeyModel[TEXTS + 2 * PAIRS + COUNTERS + 4 * OTHERS];
      for (int i = 0; i < models.length; i++) {
        models[i] = create(database, i);
      }
      active.put(database, models);
    }
  }

  /** Every key ever used. */
  List<KeyModel> all() {
    return all;
  }

  /** Some operation on some keys of the database. */
  Operation next(int database) {
    return switch (random.nextInt(24)) {
      case 0 -> setMany(texts(database));
      case 1, 2 -> getMany(texts(database));
      case 3 -> countMany("DEL", texts(database), true);
      case 4 -> countMany(delete, texts(database), true);
      case 5 -> countMany("EXISTS", texts(database), false);
      case 6 -> rename(database);
      default -> {
        KeyModel[] models = models(database);
        yield use(database, random.nextInt(models.length)).next(random, value());
      }
    };
  }

  private KeyModel[] models(int database) {
    return Objects.requireNonNull(active.get(database));
  }

  /** The model in a place; a retired one is replaced by a new key first. */
  private KeyModel use(int database, int place) {
    KeyModel[] models = models(database);
    if (models[place].isRetired()) {
      if (isInPair(place)) {
        int first = place - (place - TEXTS) % 2;
        models[first] = create(database, first);
        models[first + 1] = create(database, first + 1);
      } else {
        models[place] = create(database, place);
      }
    }
    return models[place];
  }

  private static boolean isInPair(int place) {
    return place >= TEXTS && place < TEXTS + 2 * PAIRS;
  }

  private KeyModel create(int database, int place) {
    generation++;
    String name = prefix + ":" + database + ":" + place + ":" + generation;
    KeyModel model;
    if (place < TEXTS) {
      model = new TextModel(database, "text:" + name);
    } else if (isInPair(place)) {
      int first = place - (place - TEXTS) % 2;
      int pairGeneration = place == first ? generation : generation - 1;
      String tag = "{" + prefix + ":" + first + ":" + pairGeneration + "}";
      model = new TextModel(database, "pair:" + tag + (place - first));
    } else {
      int rest = place - TEXTS - 2 * PAIRS;
      model =
          rest < COUNTERS
              ? new CounterModel(database, "counter:" + name)
              : switch ((rest - COUNTERS) / OTHERS) {
                case 0 -> new ListModel(database, "list:" + name);
                case 1 -> new HashModel(database, "hash:" + name);
                case 2 -> new MembersModel(database, "members:" + name);
                default -> new ScoresModel(database, "scores:" + name);
              };
    }
    all.add(model);
    return model;
  }

  /** Unique, mostly short, now and then large. */
  private String value() {
    String unique = prefix + "=" + values++;
    int padding = random.nextInt(400);
    if (padding == 0) {
      padding = LARGE_VALUE_LENGTH;
    } else if (padding > 100) {
      padding = 0;
    }
    return unique + ".".repeat(padding);
  }

  private List<TextModel> texts(int database) {
    List<TextModel> chosen = new ArrayList<>();
    int start = random.nextInt(TEXTS);
    for (int i = 0; i < KEYS_PER_MULTI; i++) {
      // A stride that is no divisor, so that the keys are distinct.
      chosen.add((TextModel) use(database, (start + i * 7) % TEXTS));
    }
    return chosen;
  }

  private static String[] command(String name, List<TextModel> models) {
    List<String> words = new ArrayList<>();
    words.add(name);
    models.forEach(model -> words.add(model.key()));
    return words.toArray(String[]::new);
  }

  private Operation setMany(List<TextModel> models) {
    List<String> command = new ArrayList<>(List.of("MSET"));
    String[] fresh = new String[models.size()];
    Arrays.setAll(fresh, i -> value());
    for (int i = 0; i < models.size(); i++) {
      command.add(models.get(i).key());
      command.add(fresh[i]);
    }
    return new Operation(
        command.toArray(String[]::new),
        reply -> {
          Operation.expect("OK", reply);
          for (int i = 0; i < fresh.length; i++) {
            models.get(i).becomes(fresh[i]);
          }
        },
        () -> {
          for (int i = 0; i < fresh.length; i++) {
            models.get(i).mayBecome(fresh[i]);
          }
        },
        true);
  }

  private static Operation getMany(List<TextModel> models) {
    return Operation.read(
        reply -> {
          if (!(reply instanceof List<?> items) || items.size() != models.size()) {
            throw new Operation.Mismatch(models.size() + " values", reply);
          }
          for (int i = 0; i < models.size(); i++) {
            models.get(i).onRead(items.get(i));
          }
        },
        command("MGET", models));
  }

  private static Operation countMany(String name, List<TextModel> models, boolean deletes) {
    return new Operation(
        command(name, models),
        reply -> {
          Long expected = total(models);
          if (deletes) {
            models.forEach(TextModel::becomesAbsent);
          }
          if (expected != null) {
            Operation.expect(expected, reply);
          }
        },
        () -> {
          if (deletes) {
            models.forEach(TextModel::mayBeDeleted);
          }
        },
        true);
  }

  private static @Nullable Long total(List<TextModel> models) {
    long total = 0;
    for (TextModel model : models) {
      Long count = model.count();
      if (count == null) {
        return null;
      }
      total += count;
    }
    return total;
  }

  /** Renames one key of a pair to the other, if that is known to exist; else sets it. */
  private Operation rename(int database) {
    int first = TEXTS + 2 * random.nextInt(PAIRS);
    // Each may replace both: only what is there afterwards is a pair.
    use(database, first);
    use(database, first + 1);
    TextModel a = (TextModel) models(database)[first];
    TextModel b = (TextModel) models(database)[first + 1];
    String fresh = value();
    // One script, so that the outcome can be foretold in the middle of a pipeline too.
    return Operation.write(
        reply -> {
          Operation.expect("OK", reply);
          a.becomes(fresh);
          b.takeFrom(a);
        },
        () -> {
          a.mayBecome(fresh);
          b.mayTakeFrom(a);
          b.mayBecome(fresh);
          a.mayBeDeleted();
        },
        "EVAL",
        "redis.call('SET', KEYS[1], ARGV[1]) return redis.call('RENAME', KEYS[1], KEYS[2])",
        "2",
        a.key(),
        b.key(),
        fresh);
  }
}
