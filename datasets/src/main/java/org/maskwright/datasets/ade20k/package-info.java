/** ADE20K, the SceneParsing challenge's layout: 150 classes, 100 of them things. */
package org.maskwright.datasets.ade20k;
