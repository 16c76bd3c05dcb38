package io.vodis.store.zookeeper;

import io.vodis.model.Member;
import io.vodis.model.Role;
import io.vodis.store.MemberRows;
import io.vodis.store.StorePaths;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooKeeper;

/** The lists of members: those known for good, and those alive. */
final class ZooKeeperMembers {

  private final ZooKeeperConnection connection;
  private final StorePaths paths;

  ZooKeeperMembers(ZooKeeperConnection connection, StorePaths paths) {
    this.connection = connection;
    this.paths = paths;
  }

  List<Member> live(Role role) {
    return readAll(paths.live(role));
  }

  List<Member> listed(Role role) {
    return readAll(paths.members(role));
  }

  private List<Member> readAll(String directory) {
    ZooKeeper session = connection.session();
    CompletableFuture<Boolean> synced = Zk.sync(session, directory);
    CompletableFuture<List<String>> names = Zk.children(session, directory);
    connection.answerOf(synced);
    List<Member> members = new ArrayList<>();
    for (Zk.Node node : readChildren(session, directory, connection.answerOf(names))) {
      members.add(MemberRows.read(directory, node.content()));
    }
    return members;
  }

  private List<Zk.Node> readChildren(ZooKeeper session, String directory, List<String> names) {
    return names.stream()
        .sorted()
        .map(name -> Zk.get(session, directory + "/" + name))
        .toList()
        .stream()
        .map(connection::answerOf)
        .flatMap(Optional::stream)
        .toList();
  }

  /** Whether the entries of a member are there; a proxy has one in Codis's list too. */
  CompletableFuture<Boolean> isListed(ZooKeeper session, Member member) {
    CompletableFuture<Boolean> listed =
        Zk.exists(session, paths.member(member.role(), member.token()));
    return member.role() == Role.PROXY
        ? listed.thenCombine(Zk.exists(session, paths.proxy(member.token())), Boolean::logicalAnd)
        : listed;
  }

  void list(ZooKeeper session, Member member) {
    put(session, paths.member(member.role(), member.token()), MemberRows.write(member));
    if (member.role() == Role.PROXY) {
      String path = paths.proxy(member.token());
      int id =
          connection
              .answerOf(Zk.get(session, path))
              .map(node -> MemberRows.readCodisProxyId(path, node.content()))
              .orElseGet(() -> nextProxyId(session));
      put(session, path, MemberRows.writeCodisProxy(member, paths.product(), id));
    }
  }

  private int nextProxyId(ZooKeeper session) {
    List<String> names = connection.answerOf(Zk.children(session, paths.proxies()));
    return 1
        + readChildren(session, paths.proxies(), names).stream()
            .mapToInt(node -> MemberRows.readCodisProxyId(paths.proxies(), node.content()))
            .max()
            .orElse(0);
  }

  private void put(ZooKeeper session, String path, byte[] content) {
    if (!connection.answerOf(
        Zk.create(session, path, content, connection.acl(), CreateMode.PERSISTENT))) {
      try {
        connection.await(Zk.set(session, path, content, -1));
      } catch (KeeperException e) {
        throw connection.unavailable(e); // deleted at this moment: the next renewal lists it
      }
    }
  }

  void forget(Role role, String token) {
    ZooKeeper session = connection.session();
    connection.answerOf(Zk.delete(session, paths.member(role, token)));
    if (role == Role.PROXY) {
      connection.answerOf(Zk.delete(session, paths.proxy(token)));
    }
  }
}
