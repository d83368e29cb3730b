package org.maskwright.datasets.metrics;

/** COCO's twelve numbers in [0, 1]; -1 where there is nothing to measure. */
public record CocoSummary(
    double ap,
    double ap50,
    double ap75,
    double apSmall,
    double apMedium,
    double apLarge,
    double ar1,
    double ar10,
    double ar100,
    double arSmall,
    double arMedium,
    double arLarge) {}
