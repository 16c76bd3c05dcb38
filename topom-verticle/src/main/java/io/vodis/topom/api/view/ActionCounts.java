package io.vodis.topom.api.view;

/** Slot actions that are not finished. */
public record ActionCounts(int pending, int running) {}
