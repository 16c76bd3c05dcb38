package io.vodis.metrics.collect;

import io.vodis.metric.Sample;
import io.vodis.model.Role;

/**
 * One series of the product at one moment: a sample and whose it is.
 *
 * @param member the address of the member's service, or its token if the store does not know it
 */
public record Figure(Role role, String member, Sample sample) {}
