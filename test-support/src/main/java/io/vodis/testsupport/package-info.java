/**
 * What tests of Vodis are made of: real servers that never outlive the test, a tiny client, a
 * scripted server, a settable clock. Depends on {@code verticles} only, so that every module can
 * use it.
 */
@NullMarked
package io.vodis.testsupport;

import org.jspecify.annotations.NullMarked;
