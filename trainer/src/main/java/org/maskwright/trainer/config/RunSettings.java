package org.maskwright.trainer.config;

/** Everything a run can be configured with: the root of the settings. */
public record RunSettings() {}
