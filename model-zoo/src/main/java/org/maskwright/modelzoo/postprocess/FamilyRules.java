package org.maskwright.modelzoo.postprocess;

/**
 * Where the published families of models post-process differently.
 *
 * @param region pixels of a panoptic segment by the official rules
 * @param first to what size Transformers' post-processing resizes masks first
 */
public record FamilyRules(
    PanopticPostProcessor.Region region, HuggingFacePostProcessor.First first) {
  /** Of MaskFormer: all pixels that a query wins; masks as they are. */
  public static final FamilyRules MASKFORMER =
      new FamilyRules(PanopticPostProcessor.Region.WON, HuggingFacePostProcessor.First.AS_THEY_ARE);

  /** Of Mask2Former: pixels that a query wins with confidence; masks to 384 x 384. */
  public static final FamilyRules MASK2FORMER =
      new FamilyRules(
          PanopticPostProcessor.Region.WON_AND_CONFIDENT, HuggingFacePostProcessor.First.TO_384);
}
