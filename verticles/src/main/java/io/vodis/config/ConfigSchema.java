package io.vodis.config;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;

/** The keys of a configuration record in file order, and the way between record and values. */
final class ConfigSchema {

  private static final Pattern HUMP = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])");

  private final Class<? extends Record> type;
  private final Map<String, ConfigKey> keys = new LinkedHashMap<>();

  ConfigSchema(Class<? extends Record> type) {
    this.type = type;
    collect(type, "");
  }

  /** By name, in the order of the components. */
  Map<String, ConfigKey> keys() {
    return keys;
  }

  /** The values of all keys of a record. */
  Map<String, Object> values(Record config) {
    Map<String, Object> values = new LinkedHashMap<>();
    collectValues(config, values);
    return values;
  }

  /** The record with these values, one per key. Throws what the record's constructor throws. */
  Record build(Map<String, Object> values) {
    return build(type, values);
  }

  private void collect(Class<?> record, String heading) {
    for (RecordComponent component : record.getRecordComponents()) {
      Section section = component.getAnnotation(Section.class);
      if (section != null) {
        collect(component.getType(), section.value());
        continue;
      }
      Doc doc = component.getAnnotation(Doc.class);
      String name = keyName(component);
      if (doc == null) {
        throw new IllegalStateException(record.getName() + "." + name + " has no @Doc");
      }
      ConfigKey key =
          new ConfigKey(name, heading, doc.value(), doc.secret(), component.getGenericType());
      if (keys.put(name, key) != null) {
        throw new IllegalStateException(type.getName() + " has two keys named " + name);
      }
    }
  }

  private static void collectValues(Record config, Map<String, Object> values) {
    for (RecordComponent component : config.getClass().getRecordComponents()) {
      Object value = read(component, config);
      if (component.isAnnotationPresent(Section.class)) {
        collectValues((Record) value, values);
      } else {
        values.put(keyName(component), value);
      }
    }
  }

  private static Record build(Class<?> record, Map<String, Object> values) {
    List<Class<?>> types = new ArrayList<>();
    List<Object> arguments = new ArrayList<>();
    Function<String, Object> valueOf =
        name -> {
          Object value = values.get(name);
          if (value == null) {
            throw new IllegalStateException("no value for " + name);
          }
          return value;
        };
    for (RecordComponent component : record.getRecordComponents()) {
      types.add(component.getType());
      arguments.add(
          component.isAnnotationPresent(Section.class)
              ? build(component.getType(), values)
              : valueOf.apply(keyName(component)));
    }
    try {
      var constructor = record.getDeclaredConstructor(types.toArray(Class<?>[]::new));
      constructor.setAccessible(true);
      return (Record) constructor.newInstance(arguments.toArray());
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException("cannot build " + record.getName(), e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot build " + record.getName(), e);
    }
  }

  static Object read(RecordComponent component, Record config) {
    try {
      var accessor = component.getAccessor();
      accessor.setAccessible(true);
      return accessor.invoke(config);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot read " + component, e);
    }
  }

  private static String keyName(RecordComponent component) {
    return HUMP.matcher(component.getName()).replaceAll("_").toLowerCase(java.util.Locale.ROOT);
  }
}
