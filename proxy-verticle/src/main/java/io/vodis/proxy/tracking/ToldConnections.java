package io.vodis.proxy.tracking;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vodis.model.HostAndPort;
import io.vodis.proxy.backend.Backend;
import io.vodis.proxy.backend.BackendConnection;
import io.vodis.proxy.backend.BackendPool;
import io.vodis.proxy.backend.Lane;
import io.vodis.proxy.backend.PrivateLine;
import io.vodis.proxy.backend.Request;
import io.vodis.resp.Protocol;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * For a session that redirects: one RESP3 connection to each server, to which the session's other
 * connections there redirect what is to be told. Those may be in RESP2, in which no server pushes.
 */
final class ToldConnections implements PrivateLine {

  /** Whom these connections are for. */
  interface Owner {

    /** A push message. The bytes are valid during the call only. */
    void onTold(ByteBuf in, int offset, int length);

    /** The connection to that server can be redirected to, from now on. */
    void onTellable(HostAndPort server);

    /** The connection to that server is gone. */
    void onUntold(HostAndPort server);
  }

  private static final int LANE = Lane.of(0, Protocol.RESP3);
  private static final ByteBuf WHO_AM_I = TrackingOptions.frame(List.of("CLIENT", "ID"));

  private final Owner owner;
  private final BackendPool pool;
  private final Trackings hub;

  /** The connections that can be redirected to, as their servers count clients. */
  private final Map<HostAndPort, Long> ids = new HashMap<>();

  private final Set<HostAndPort> asked = new HashSet<>();
  private final Map<HostAndPort, byte[]> refusals = new HashMap<>();

  ToldConnections(Trackings hub, Owner owner) {
    this.owner = owner;
    this.hub = hub;
    this.pool = hub.pool(this);
  }

  /** Who is told at that server; 0 if nobody can be yet: then it is being seen to. */
  long clientAt(HostAndPort server) {
    Long id = ids.get(server);
    if (id != null) {
      return id;
    }
    if (asked.add(server)) {
      Backend backend = pool.server(server).lane(LANE);
      BackendConnection connection = backend.acquire();
      byte[] refused = backend.refusal();
      if (connection != null) {
        refusals.remove(server);
        connection.send(new Question(server), WHO_AM_I, 0, WHO_AM_I.readableBytes());
        hub.endCopies();
      } else {
        asked.remove(server);
        if (refused != null) {
          refusals.put(server, refused);
        }
      }
    }
    return 0;
  }

  /** Why nobody can be told at that server; null: not yet. */
  byte @Nullable [] refusalAt(HostAndPort server) {
    return refusals.get(server);
  }

  private final class Question extends Request {
    private final HostAndPort server;

    private Question(HostAndPort server) {
      this.server = server;
    }

    @Override
    protected void onReply(ByteBuf in, int offset, int length) {
      asked.remove(server);
      if (in.getByte(offset) == ':') {
        String number = in.toString(offset + 1, length - 3, StandardCharsets.US_ASCII);
        ids.put(server, Long.parseLong(number));
        owner.onTellable(server);
      } else {
        refusals.put(
            server,
            in.toString(offset, length, StandardCharsets.ISO_8859_1)
                .getBytes(StandardCharsets.ISO_8859_1));
      }
      hub.onRoom();
    }

    @Override
    protected void onFailure(byte[] error) {
      asked.remove(server);
      refusals.put(server, error);
      hub.onRoom();
    }
  }

  /** Lets connections to all other servers end. */
  void keepOnly(Set<HostAndPort> servers) {
    pool.keepOnly(servers);
    refusals.keySet().retainAll(servers);
  }

  void breakAll(HostAndPort server) {
    pool.server(server).breakAll("the server is being replaced");
  }

  void tick(long now) {
    pool.tick(now);
  }

  void close() {
    pool.close("tracking has ended");
  }

  @Override
  public ByteBuf greeting(HostAndPort server) {
    return Unpooled.EMPTY_BUFFER;
  }

  @Override
  public byte @Nullable [] refusal(HostAndPort server) {
    return null;
  }

  @Override
  public void onPush(ByteBuf in, int offset, int length) {
    owner.onTold(in, offset, length);
  }

  @Override
  public void onReady(HostAndPort server) {
    // Its id is asked for as soon as it takes requests.
  }

  @Override
  public void onLost(HostAndPort server) {
    ids.remove(server);
    owner.onUntold(server);
  }
}
