package org.maskwright.trainer.doctor;

/**
 * Something that is so on this machine, for a report.
 *
 * @param section what it belongs to, one lower-case word, such as {@code memory}
 * @param name what it says, lower case
 * @param value for people to read
 */
public record Fact(String section, String name, String value) {}
