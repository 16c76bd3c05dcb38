package io.vodis.topom.transition;

import static io.vodis.topom.transition.Effect.AWAIT_FENCE;
import static io.vodis.topom.transition.Effect.AWAIT_PROXIES;
import static io.vodis.topom.transition.Effect.CATCH_UP;
import static io.vodis.topom.transition.Effect.PERSIST;
import static io.vodis.topom.transition.Effect.PROMOTE;
import static io.vodis.topom.transition.Effect.REPOINT;

import io.vodis.model.Group;
import io.vodis.model.HostAndPort;
import io.vodis.model.Promotion;
import io.vodis.model.Server;
import io.vodis.topom.transition.PromotionEvent.Aborted;
import io.vodis.topom.transition.PromotionEvent.CandidateLost;
import io.vodis.topom.transition.PromotionEvent.Fenced;
import io.vodis.topom.transition.PromotionEvent.Promoted;
import io.vodis.topom.transition.PromotionEvent.Requested;
import io.vodis.topom.transition.PromotionEvent.Settled;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The life of a promotion; drawn in the package's description. */
public final class PromotionTransitions {

  private PromotionTransitions() {}

  /** Total: an event that means nothing in a state is {@link Decision.Rejected}. */
  public static Decision<Group> decide(Group group, PromotionEvent event) {
    return switch (group.promotion()) {
      case Promotion.None none ->
          event instanceof Requested requested
              ? onRequested(group, requested)
              : rejected(group, event);
      case Promotion.Preparing preparing ->
          switch (event) {
            case Fenced fenced -> onFenced(group, preparing, fenced.candidate());
            case Aborted aborted -> next(group.withPromotion(Promotion.NONE));
            default -> rejected(group, event);
          };
      case Promotion.Prepared prepared ->
          switch (event) {
            case Promoted promoted -> onPromoted(group, prepared.candidate());
            case CandidateLost lost ->
                next(
                    group.withPromotion(
                        new Promotion.Preparing(prepared.candidate(), prepared.planned())));
            case Aborted aborted -> next(group.withPromotion(Promotion.NONE));
            default -> rejected(group, event);
          };
      case Promotion.Finished finished ->
          event instanceof Settled
              ? next(group.withPromotion(Promotion.NONE))
              : rejected(group, event);
    };
  }

  /** What is to be done while a state lasts; a new leader begins here, whatever it finds. */
  public static List<Effect> work(Promotion promotion) {
    return switch (promotion) {
      case Promotion.None none -> List.of();
      case Promotion.Preparing preparing -> List.of(AWAIT_FENCE);
      case Promotion.Prepared prepared ->
          prepared.planned() ? List.of(CATCH_UP, PROMOTE, REPOINT) : List.of(PROMOTE, REPOINT);
      case Promotion.Finished finished -> List.of(AWAIT_PROXIES);
    };
  }

  /** The state's name as stored and shown; empty when nothing is under way. */
  public static String stateName(Promotion promotion) {
    return switch (promotion) {
      case Promotion.None none -> "";
      case Promotion.Preparing preparing -> "preparing";
      case Promotion.Prepared prepared -> "prepared";
      case Promotion.Finished finished -> "finished";
    };
  }

  private static Decision<Group> onRequested(Group group, Requested requested) {
    Optional<String> problem = notAReplica(group, requested.candidate());
    return problem.isPresent()
        ? new Decision.Rejected<>(problem.get())
        : next(
            group.withPromotion(
                new Promotion.Preparing(requested.candidate(), requested.planned())));
  }

  private static Decision<Group> onFenced(
      Group group, Promotion.Preparing preparing, HostAndPort candidate) {
    Optional<String> problem = notAReplica(group, candidate);
    return problem.isPresent()
        ? new Decision.Rejected<>(problem.get())
        : next(group.withPromotion(new Promotion.Prepared(candidate, preparing.planned())));
  }

  /** The new primary comes first; the old one stays, as the last replica. */
  private static Decision<Group> onPromoted(Group group, HostAndPort candidate) {
    Optional<String> problem = notAReplica(group, candidate);
    if (problem.isPresent()) {
      return new Decision.Rejected<>(problem.get());
    }
    List<Server> servers = new ArrayList<>(group.servers());
    Server oldPrimary = servers.removeFirst();
    Server newPrimary = group.server(candidate).orElseThrow();
    servers.remove(newPrimary);
    servers.addFirst(newPrimary);
    servers.addLast(oldPrimary);
    return next(group.withServers(servers).withPromotion(new Promotion.Finished(candidate)));
  }

  private static Optional<String> notAReplica(Group group, HostAndPort candidate) {
    return group.replicas().stream().anyMatch(s -> s.address().equals(candidate))
        ? Optional.empty()
        : Optional.of(candidate + " is not a replica of group " + group.groupId());
  }

  private static Decision<Group> next(Group group) {
    List<Effect> effects = new ArrayList<>();
    effects.add(PERSIST);
    effects.addAll(work(group.promotion()));
    return new Decision.Next<>(group, effects);
  }

  private static Decision<Group> rejected(Group group, PromotionEvent event) {
    String state = stateName(group.promotion());
    return new Decision.Rejected<>(
        "group "
            + group.groupId()
            + (state.isEmpty() ? " is not promoting" : " is promoting (" + state + ")")
            + ", cannot be "
            + event.getClass().getSimpleName().toLowerCase(Locale.ROOT));
  }
}
