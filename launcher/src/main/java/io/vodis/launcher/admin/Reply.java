package io.vodis.launcher.admin;

/** What topom answered: as it came, and as a record. */
record Reply<T>(String json, T view) {}
