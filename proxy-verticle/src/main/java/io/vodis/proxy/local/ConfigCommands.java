package io.vodis.proxy.local;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.command.Glob;
import io.vodis.proxy.command.LiveCommands;
import io.vodis.proxy.command.SecretArgs;
import io.vodis.proxy.info.ServerVersion;
import io.vodis.proxy.process.ProcessView;
import io.vodis.proxy.process.Servers;
import io.vodis.proxy.session.Args;
import io.vodis.proxy.session.CommandHandlers;
import io.vodis.proxy.session.LoopSettings;
import io.vodis.proxy.session.Session;
import io.vodis.proxy.session.SessionRequest;
import io.vodis.proxy.session.Stop;
import io.vodis.redis.Replies;
import io.vodis.redis.Reply;
import io.vodis.resp.RequestDecoder;
import io.vodis.resp.RespErrors;
import io.vodis.resp.RespWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * CONFIG GET SET RESETSTAT REWRITE. The proxy's own settings are answered and changed here, on all
 * loops; what is the servers' is answered as far as all primaries agree, and changed on all servers
 * if the operator has allowed that.
 */
public final class ConfigCommands {

  private static final byte[] NO_FILE =
      RespErrors.reply("ERR The server is running without a config file");

  /** What the client of the control plane hands on with its code. */
  private static final Pattern CODED =
      Pattern.compile("(ERR|NOPERM|NOAUTH|READONLY|OOM|MISCONF|LOADING|BUSY|WRONGPASS) .*");

  private final ProcessView process;
  private final LiveCommands commands;
  private final LoopSettings settings;
  private final OwnSettings own;

  public ConfigCommands(ProcessView process, LiveCommands commands, LoopSettings settings) {
    this.process = process;
    this.commands = commands;
    this.settings = settings;
    this.own = new OwnSettings(process.proxyPort());
  }

  /** Adds the handlers of these commands. */
  public void addTo(CommandHandlers handlers) {
    handlers
        .addImmediate("config|get", this::get)
        .add(
            "config|set",
            (session, spec, in, length) -> {
              if (session.awaitsEarlierReplies()) {
                // The servers are told on other connections, and must have done what came before.
                return false;
              }
              set(session, spec, in);
              return true;
            })
        .add("config|resetstat", (session, spec, in, length) -> resetStat(session, spec))
        .addImmediate("config|rewrite", (session, spec, in) -> session.reply(spec, NO_FILE));
  }

  private OwnSettings.Both current() {
    return new OwnSettings.Both(settings.limits(), settings.server());
  }

  private OwnSettings.@Nullable Setting find(String name) {
    return isOffered(name) ? own.find(name) : null;
  }

  /** What COMMANDLOG is told is there where COMMANDLOG is. */
  private boolean isOffered(String name) {
    return !name.startsWith("commandlog-") || commands.table().has("commandlog|get");
  }

  private void get(Session session, CommandSpec spec, ByteBuf in) {
    List<String> patterns = new ArrayList<>();
    for (int arg = 2; arg < session.decoder().argCount(); arg++) {
      patterns.add(Args.lower(in, session.decoder(), arg));
    }
    Map<String, String> found = new LinkedHashMap<>();
    own.all()
        .forEach(
            (name, setting) -> {
              if (isOffered(name)
                  && patterns.stream().anyMatch(pattern -> Glob.matches(pattern, name))) {
                found.put(name, setting.get().apply(current()));
              }
            });
    if (patterns.stream().allMatch(pattern -> find(pattern) != null)) {
      session.reply(spec, pairs(session, found));
      return;
    }
    // One command for each pattern: servers before Redis 7 take one only.
    List<List<byte[]>> commands =
        patterns.stream().map(pattern -> Replies.command("CONFIG", "GET", pattern)).toList();
    SessionRequest waiting = session.enqueue(spec);
    process
        .servers()
        .call(
            commands,
            false,
            answers -> {
              agreed(answers).forEach(found::putIfAbsent);
              session.onLocalAnswer(waiting, pairs(session, found));
            });
  }

  /** What all servers that answered say alike; secrets left out. */
  private static Map<String, String> agreed(List<Servers.Answer> answers) {
    Map<String, String> agreed = new TreeMap<>();
    Set<String> disputed = new java.util.HashSet<>();
    List<Map<String, String>> told =
        answers.stream()
            .filter(answer -> !answer.replies().isEmpty())
            .map(ConfigCommands::pairs)
            .toList();
    for (Map<String, String> one : told) {
      one.forEach(
          (name, value) -> {
            if (!value.equals(agreed.merge(name, value, (before, now) -> before))) {
              disputed.add(name);
            }
          });
    }
    agreed
        .keySet()
        .removeIf(
            name ->
                disputed.contains(name)
                    || SecretArgs.isSetting(name)
                    || !told.stream().allMatch(one -> one.containsKey(name)));
    return agreed;
  }

  private static Map<String, String> pairs(Servers.Answer answer) {
    Map<String, String> pairs = new LinkedHashMap<>();
    for (Reply reply : answer.replies()) {
      List<Reply> items = Replies.items(reply);
      for (int i = 0; i + 1 < items.size(); i += 2) {
        pairs.put(Replies.text(items.get(i)), Replies.text(items.get(i + 1)));
      }
    }
    return pairs;
  }

  private static ByteBuf pairs(Session session, Map<String, String> pairs) {
    ByteBuf out = LocalReplies.buffer(256);
    session.protocol().mapHeader(out, pairs.size());
    pairs.forEach(
        (name, value) -> {
          RespWriter.bulk(out, name);
          RespWriter.bulk(out, value);
        });
    return out;
  }

  private void set(Session session, CommandSpec spec, ByteBuf in) {
    RequestDecoder request = session.decoder();
    if (request.argCount() % 2 != 0) {
      session.reply(spec, RespErrors.SYNTAX);
      return;
    }
    Map<String, String> wanted = new LinkedHashMap<>();
    List<byte[]> forServers = new ArrayList<>(Replies.command("CONFIG", "SET"));
    OwnSettings.Both changed = current();
    for (int arg = 2; arg < request.argCount(); arg += 2) {
      String name = Args.lower(in, request, arg);
      String value = Args.text(in, request, arg + 1);
      if (wanted.put(name, value) != null) {
        session.reply(spec, failed(name, "duplicate parameter"));
        return;
      }
      OwnSettings.Setting setting = find(name);
      try {
        if (setting != null) {
          changed = setting.with(changed, value);
        } else if (!settings.server().maySet(name)) {
          refuse(session, spec, Args.text(in, request, arg));
          return;
        } else {
          forServers.add(Args.bytes(in, request, arg));
          forServers.add(Args.bytes(in, request, arg + 1));
        }
      } catch (IllegalArgumentException e) {
        session.reply(spec, failed(name, String.valueOf(e.getMessage())));
        return;
      }
    }
    apply(session, spec, changed, forServers);
  }

  /** Not to be changed from here; or unknown, which is for the servers to say. */
  private void refuse(Session session, CommandSpec spec, String name) {
    SessionRequest waiting = session.enqueue(spec);
    process
        .servers()
        .call(
            List.of(Replies.command("CONFIG", "GET", name)),
            false,
            answers -> {
              boolean asked = answers.stream().anyMatch(answer -> !answer.replies().isEmpty());
              boolean known =
                  answers.stream()
                      .anyMatch(answer -> pairs(answer).containsKey(name.toLowerCase(Locale.ROOT)));
              session.onLocalAnswer(
                  waiting,
                  LocalReplies.of(
                      known || !asked
                          ? failed(name, "not allowed through this proxy")
                          : unknown(name)));
            });
  }

  private byte[] unknown(String name) {
    ServerVersion version =
        process.servers().latest().lowestVersion().orElse(ServerVersion.ASSUMED);
    return RespErrors.reply(
        version.major() < 7
            ? "ERR Unsupported CONFIG parameter: " + name
            : "ERR Unknown option or number of arguments for CONFIG SET - '" + name + "'");
  }

  private static byte[] failed(String name, String reason) {
    return RespErrors.reply(
        "ERR CONFIG SET failed (possibly related to argument '" + name + "') - " + reason);
  }

  /** The servers first: if they refuse, nothing of the proxy's has been changed. */
  private void apply(
      Session session, CommandSpec spec, OwnSettings.Both changed, List<byte[]> forServers) {
    SessionRequest waiting = session.enqueue(spec);
    session.stop(Stop.ELSEWHERE);
    if (forServers.size() == 2) {
      applyHere(session, waiting, changed);
      return;
    }
    process
        .servers()
        .call(
            List.of(forServers),
            true,
            answers -> {
              String error = refusal(answers);
              if (error == null) {
                applyHere(session, waiting, changed);
              } else {
                answer(session, waiting, RespErrors.reply(error));
              }
            });
  }

  /** Null if all have obeyed; else what to tell the client, with how many have not. */
  static @Nullable String refusal(List<Servers.Answer> answers) {
    List<Servers.Answer> refused =
        answers.stream().filter(answer -> answer.replies().isEmpty()).toList();
    if (answers.isEmpty()) {
      return "ERR no servers are known yet, nothing was changed";
    }
    if (refused.isEmpty()) {
      return null;
    }
    String words = refused.getFirst().error();
    String error = CODED.matcher(words).matches() ? words : "ERR " + words;
    return refused.size() == answers.size()
        ? error
        : error
            + String.format(
                Locale.ROOT,
                " (on %d of %d servers, the first of them %s)",
                refused.size(),
                answers.size(),
                refused.getFirst().server());
  }

  private void applyHere(Session session, SessionRequest waiting, OwnSettings.Both changed) {
    process.eachLoop(
        env -> {
          env.apply(changed.limits(), changed.server());
          return true;
        },
        loops -> answer(session, waiting, LocalReplies.OK));
  }

  private static void answer(Session session, SessionRequest waiting, byte[] reply) {
    session.onLocalAnswer(waiting, LocalReplies.of(reply));
    session.unstop(Stop.ELSEWHERE);
  }

  /** The servers' figures as well, if clients may change that much of them. */
  private boolean resetStat(Session session, CommandSpec spec) {
    if (session.awaitsEarlierReplies()) {
      return false;
    }
    SessionRequest waiting = session.enqueue(spec);
    session.stop(Stop.ELSEWHERE);
    if (!settings.server().maySet("resetstat")) {
      resetHere(session, waiting);
      return true;
    }
    process
        .servers()
        .call(
            List.of(Replies.command("CONFIG", "RESETSTAT")),
            true,
            answers -> {
              String error = refusal(answers);
              if (error == null) {
                resetHere(session, waiting);
              } else {
                answer(session, waiting, RespErrors.reply(error));
              }
            });
    return true;
  }

  private void resetHere(Session session, SessionRequest waiting) {
    process.eachLoop(
        env -> {
          env.stats().reset();
          return true;
        },
        loops -> answer(session, waiting, LocalReplies.OK));
  }
}
