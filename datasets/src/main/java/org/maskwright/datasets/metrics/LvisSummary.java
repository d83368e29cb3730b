package org.maskwright.datasets.metrics;

/**
 * LVIS' thirteen numbers in [0, 1]; -1 where there is nothing to measure. The recalls are at 300
 * detections an image; rare, common and frequent are the categories' {@code frequency}.
 */
public record LvisSummary(
    double ap,
    double ap50,
    double ap75,
    double apSmall,
    double apMedium,
    double apLarge,
    double apRare,
    double apCommon,
    double apFrequent,
    double ar,
    double arSmall,
    double arMedium,
    double arLarge) {}
