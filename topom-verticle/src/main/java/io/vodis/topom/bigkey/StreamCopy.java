package io.vodis.topom.bigkey;

import io.vodis.redis.RedisAdminException;
import io.vodis.redis.Replies;
import io.vodis.topom.bigkey.StreamReader.Entry;
import io.vodis.topom.bigkey.StreamReader.Facts;
import io.vodis.topom.bigkey.StreamReader.Group;
import io.vodis.topom.bigkey.StreamReader.Pending;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * A stream with its groups, consumers, pending messages and counters. Not taken along: for how long
 * a consumer has been idle.
 *
 * <p>A message may be pending although its entry was deleted. Servers take over no such message, so
 * an entry in its place is added in its turn and deleted again at the end.
 */
final class StreamCopy implements KeyCopy {

  private static final List<byte[]> PLACEHOLDER =
      List.of(KeyAt.ascii("deleted"), KeyAt.ascii("entry"));

  /** Bounds what is kept in memory of a stream. */
  private static final int DELETED_MAX = 1_000_000;

  @Override
  public void copy(KeyAt from, KeyAt to, Runnable step) {
    StreamReader source = new StreamReader(from);
    Facts facts = source.facts();
    TreeSet<StreamId> deleted = pendingWithoutEntry(source, facts, step);
    create(to);
    copyEntries(source, to, new TreeSet<>(deleted), step);
    for (Group group : facts.groups()) {
      createGroup(to, group);
      source.eachPending(group.name(), step, page -> claim(from, to, group, page));
    }
    delete(to, List.copyOf(deleted), step);
    setCounters(to, facts);
  }

  private static TreeSet<StreamId> pendingWithoutEntry(
      StreamReader source, Facts facts, Runnable step) {
    TreeSet<StreamId> deleted = new TreeSet<>();
    for (Group group : facts.groups()) {
      source.eachPending(
          group.name(),
          step,
          page -> deleted.addAll(source.withoutEntry(page.stream().map(Pending::id).toList())));
      if (deleted.size() > DELETED_MAX) {
        throw new NotMoved("has more than " + DELETED_MAX + " pending messages without an entry");
      }
    }
    return deleted;
  }

  /** An empty stream. */
  private static void create(KeyAt to) {
    to.callAll(
        List.of(
            to.commandAt("XGROUP", "CREATE", "vodis", "0", "MKSTREAM"),
            to.commandAt("XGROUP", "DESTROY", "vodis")));
  }

  /** All entries, and placeholders for deleted ones, in the order of their ids. */
  private static void copyEntries(
      StreamReader source, KeyAt to, TreeSet<StreamId> deleted, Runnable step) {
    ChunkSizer sizer = new ChunkSizer();
    StreamId from = StreamId.ZERO;
    while (true) {
      List<Entry> entries = source.entries(from, sizer.count());
      List<List<byte[]>> commands = new ArrayList<>();
      for (Entry entry : entries) {
        addDeletedBefore(entry.id(), deleted, to, commands);
        commands.add(add(to, entry.id(), entry.fields()));
      }
      if (entries.isEmpty()) {
        deleted.forEach(id -> commands.add(add(to, id, PLACEHOLDER)));
      }
      to.callAll(commands);
      if (entries.isEmpty()) {
        return;
      }
      sizer.onChunk(entries.size(), entries.stream().mapToLong(e -> Bytes.sum(e.fields())).sum());
      from = entries.getLast().id().next();
      step.run();
    }
  }

  private static void addDeletedBefore(
      StreamId id, TreeSet<StreamId> deleted, KeyAt to, List<List<byte[]>> commands) {
    while (!deleted.isEmpty() && deleted.first().compareTo(id) < 0) {
      commands.add(add(to, deleted.removeFirst(), PLACEHOLDER));
    }
  }

  private static List<byte[]> add(KeyAt to, StreamId id, List<byte[]> fields) {
    List<byte[]> command = to.command("XADD", id);
    command.addAll(fields);
    return command;
  }

  private static void createGroup(KeyAt to, Group group) {
    byte[] name = StreamReader.bytes(group.name());
    List<byte[]> create = to.commandAt("XGROUP", "CREATE", name, group.lastDelivered());
    List<byte[]> exact = new ArrayList<>(create);
    exact.addAll(Replies.command("ENTRIESREAD", group.entriesRead()));
    if (group.entriesRead().isEmpty() || !accepted(to, exact)) {
      to.call(create);
    }
    for (String consumer : group.consumers().keySet()) {
      // Before Redis 6.2 a consumer is created by its first message only.
      boolean unused =
          accepted(
              to, to.commandAt("XGROUP", "CREATECONSUMER", name, StreamReader.bytes(consumer)));
    }
  }

  private static void claim(KeyAt from, KeyAt to, Group group, List<Pending> page) {
    long now = millis(from);
    byte[] name = StreamReader.bytes(group.name());
    List<List<byte[]>> commands = new ArrayList<>(page.size());
    for (Pending message : page) {
      commands.add(
          to.command(
              "XCLAIM",
              name,
              StreamReader.bytes(message.consumer()),
              0,
              message.id(),
              "TIME",
              now - message.idleMillis(),
              "RETRYCOUNT",
              message.deliveries(),
              "FORCE",
              "JUSTID"));
    }
    to.callAll(commands);
  }

  private static long millis(KeyAt key) {
    var time = Replies.items(key.call(Replies.command("TIME")));
    return Replies.number(time.get(0), 0) * 1000 + Replies.number(time.get(1), 0) / 1000;
  }

  private static void delete(KeyAt to, List<StreamId> ids, Runnable step) {
    for (int at = 0; at < ids.size(); at += ChunkSizer.COUNT_MAX) {
      List<byte[]> command = to.command("XDEL");
      ids.subList(at, Math.min(ids.size(), at + ChunkSizer.COUNT_MAX))
          .forEach(id -> command.add(KeyAt.ascii(id.toString())));
      to.call(command);
      step.run();
    }
  }

  private static void setCounters(KeyAt to, Facts facts) {
    List<byte[]> exact =
        to.command(
            "XSETID",
            facts.lastId(),
            "ENTRIESADDED",
            facts.entriesAdded(),
            "MAXDELETEDID",
            facts.maxDeleted());
    if (facts.entriesAdded().isEmpty() || !accepted(to, exact)) {
      to.call("XSETID", facts.lastId());
    }
  }

  /** False if the server does not know such a command. */
  private static boolean accepted(KeyAt to, List<byte[]> command) {
    try {
      to.call(command);
      return true;
    } catch (RedisAdminException e) {
      if (e.kind() != RedisAdminException.Kind.REFUSED) {
        throw e;
      }
      return false;
    }
  }

  @Override
  public Optional<String> difference(KeyAt from, KeyAt to, Runnable step) {
    StreamReader ours = new StreamReader(from);
    StreamReader theirs = new StreamReader(to);
    Facts facts = ours.facts();
    Facts copied = theirs.facts();
    if (facts.length() != copied.length() || !facts.lastId().equals(copied.lastId())) {
      return Optional.of("the numbers of entries or the last ids differ");
    }
    if (!sameGroups(facts.groups(), copied.groups())) {
      return Optional.of("the groups differ");
    }
    if (!sameEntries(ours, theirs, step)) {
      return Optional.of("entries differ");
    }
    for (Group group : facts.groups()) {
      if (!samePending(ours, theirs, group.name(), step)) {
        return Optional.of("pending messages differ");
      }
    }
    return Optional.empty();
  }

  private static boolean sameGroups(List<Group> ours, List<Group> theirs) {
    boolean same = ours.size() == theirs.size();
    for (int i = 0; same && i < ours.size(); i++) {
      Group one = ours.get(i);
      Group other = theirs.get(i);
      same =
          one.name().equals(other.name())
              && one.lastDelivered().equals(other.lastDelivered())
              && withMessages(one).equals(withMessages(other));
    }
    return same;
  }

  /** Consumers without messages need not exist on servers that create them by messages only. */
  private static List<String> withMessages(Group group) {
    return group.consumers().entrySet().stream()
        .filter(consumer -> consumer.getValue() > 0)
        .map(consumer -> consumer.getKey() + ' ' + consumer.getValue())
        .toList();
  }

  private static boolean sameEntries(StreamReader ours, StreamReader theirs, Runnable step) {
    ChunkSizer sizer = new ChunkSizer();
    StreamId from = StreamId.ZERO;
    while (true) {
      int count = sizer.count();
      List<Entry> one = ours.entries(from, count);
      List<Entry> other = theirs.entries(from, count);
      if (one.size() != other.size()) {
        return false;
      }
      for (int i = 0; i < one.size(); i++) {
        if (!one.get(i).id().equals(other.get(i).id())
            || !Bytes.equal(one.get(i).fields(), other.get(i).fields())) {
          return false;
        }
      }
      if (one.isEmpty()) {
        return true;
      }
      sizer.onChunk(one.size(), one.stream().mapToLong(e -> Bytes.sum(e.fields())).sum());
      from = one.getLast().id().next();
      step.run();
    }
  }

  private static boolean samePending(
      StreamReader ours, StreamReader theirs, String group, Runnable step) {
    StreamId from = StreamId.ZERO;
    while (true) {
      List<Pending> one = ours.pending(group, from);
      List<Pending> other = theirs.pending(group, from);
      if (one.size() != other.size()) {
        return false;
      }
      for (int i = 0; i < one.size(); i++) {
        if (!one.get(i).id().equals(other.get(i).id())
            || !one.get(i).consumer().equals(other.get(i).consumer())
            || one.get(i).deliveries() != other.get(i).deliveries()) {
          return false;
        }
      }
      if (one.isEmpty()) {
        return true;
      }
      from = one.getLast().id().next();
      step.run();
    }
  }
}
