package io.vodis.proxy.local;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What HELP of a command with subcommands lists: those this proxy offers, in the form of Redis. */
public final class HelpTexts {

  /** By the name of the command; whole replies, the first and the last line included. */
  static final Map<String, List<String>> BY_COMMAND = new TreeMap<>();

  static {
    add(
        "acl",
        "CAT [<category>]",
        "    The categories, or the commands of one.",
        "GENPASS [<bits>]",
        "    A random password.",
        "GETUSER <username>",
        "    What a user may do; there is one, default.",
        "LIST",
        "    The users as rules.",
        "USERS",
        "    The names of the users.",
        "WHOAMI",
        "    The user of this connection.");
    add(
        "client",
        "CAPA <option> [<option> ...]",
        "    Tells what the client is capable of.",
        "GETNAME",
        "    The name of this connection.",
        "ID",
        "    The number of this connection.",
        "INFO",
        "    What CLIENT LIST shows of this connection.",
        "KILL <ip:port>",
        "    Ends the connection from that address.",
        "KILL <option> <value> [<option> <value> [...]]",
        "    Ends connections, by ID, ADDR, LADDR, TYPE, USER, MAXAGE, SKIPME (yes|no),",
        "    and in front of Valkey 9 by other fields of CLIENT LIST and their opposites (NOT-NAME"
            + " ...).",
        "LIST [TYPE <type> | ID <id> [<id> ...]]",
        "    The connections of this proxy.",
        "NO-EVICT (ON|OFF)",
        "    Taken, without effect: this proxy evicts no clients.",
        "NO-TOUCH (ON|OFF)",
        "    Taken, without effect: servers see connections of the proxy.",
        "PAUSE <timeout> [WRITE|ALL]",
        "    Holds requests for so many milliseconds.",
        "REPLY (ON|OFF|SKIP)",
        "    Whether this connection gets replies.",
        "SETINFO (LIB-NAME|LIB-VER) <value>",
        "    Tells what the client is.",
        "SETNAME <name>",
        "    Names this connection.",
        "UNPAUSE",
        "    Ends a pause.");
    add(
        "cluster",
        "INFO",
        "    The state of the cluster.",
        "KEYSLOT <key>",
        "    The slot of a key, as Redis Cluster counts.",
        "MYID",
        "    The id of this node.",
        "NODES",
        "    The nodes and their slots.",
        "SHARDS",
        "    The same as maps.",
        "SLOTS",
        "    The slots and their nodes.");
    add(
        "command",
        "(no subcommand)",
        "    What is known of all commands that this proxy offers.",
        "COUNT",
        "    How many these are.",
        "DOCS [<command-name> [<command-name> ...]]",
        "    What they are for.",
        "GETKEYS <full-command>",
        "    The keys in a whole command.",
        "GETKEYSANDFLAGS <full-command>",
        "    The keys, and what is done with each.",
        "INFO [<command-name> [<command-name> ...]]",
        "    What is known of some commands.",
        "LIST [FILTERBY (MODULE <module>|ACLCAT <category>|PATTERN <pattern>)]",
        "    The names of commands.");
    add(
        "commandlog",
        "GET <count> <type>",
        "    The latest requests of that type (-1 for all), each with",
        "    id, time, microseconds or bytes, arguments, address and name of the client.",
        "    Types are slow, large-request and large-reply.",
        "LEN <type>",
        "    How many there are.",
        "RESET <type>",
        "    Forgets them.");
    add(
        "config",
        "GET <pattern> [<pattern> ...]",
        "    Settings of this proxy, and those of the servers on which all agree.",
        "SET <directive> <value> [<directive> <value> ...]",
        "    Changes settings of this proxy, and of the servers where the operator allows it.",
        "RESETSTAT",
        "    Sets this proxy's figures to zero.",
        "REWRITE",
        "    Not possible: a proxy does not write its file.");
    add(
        "latency",
        "DOCTOR",
        "    Where to look.",
        "GRAPH <event>",
        "    Nothing: this proxy has no events.",
        "HISTOGRAM [<command> ...]",
        "    The times of commands, as this proxy measures them.",
        "HISTORY <event>",
        "    Nothing: this proxy has no events.",
        "LATEST",
        "    Nothing: this proxy has no events.",
        "RESET [<event> ...]",
        "    Nothing to reset.");
    add(
        "memory",
        "DOCTOR",
        "    What the servers find wrong with their memory.",
        "MALLOC-STATS",
        "    What their allocators say.",
        "PURGE",
        "    Has all servers give unused memory back.",
        "STATS",
        "    The memory of all servers, added up.",
        "USAGE <key> [SAMPLES <count>]",
        "    The bytes a key needs on its server.");
    add("module", "LIST", "    The modules of the servers.");
    add(
        "object",
        "ENCODING <key>",
        "    How the value is kept.",
        "FREQ <key>",
        "    How often it has been used, roughly.",
        "IDLETIME <key>",
        "    The seconds since it was last used.",
        "REFCOUNT <key>",
        "    How many references to it there are.");
    add(
        "slowlog",
        "GET [<count>]",
        "    The latest slow requests (10 by default, -1 for all), each with",
        "    id, time, microseconds, arguments, address and name of the client.",
        "LEN",
        "    How many there are.",
        "RESET",
        "    Forgets them.");
  }

  private HelpTexts() {}

  private static void add(String command, String... lines) {
    List<String> all = new ArrayList<>();
    all.add(
        command.toUpperCase(Locale.ROOT)
            + " <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
    all.addAll(List.of(lines));
    all.add("HELP");
    all.add("    This text.");
    BY_COMMAND.put(command, List.copyOf(all));
  }
}
