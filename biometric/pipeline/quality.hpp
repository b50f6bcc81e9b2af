// Quality of one face picture, by the component names of ISO/IEC 29794-5, and the gate that decides whether
// it is good enough to be compared. Pure functions; value types.
#pragma once

#include <cstddef>

#include "biometric/pipeline/geometry.hpp"
#include "biometric/quality_hint.hpp"
#include "camera/frame.hpp"

namespace sesame::biometric {

struct Quality {
  std::size_t faces = 0;         // single face present: 1
  float head_size = 0;           // height of the face box by height of the frame
  float inter_eye_distance = 0;  // pixels
  float crop_margin =
      0;                // least distance of the face box to the frame's edge by box width; negative: cut off
  HeadPose head_pose;   // degrees
  float eyes_open = 0;  // lid distance by eye width
  // How light it is under the eyes, by the darker cheek; of the eye where more is seen. 1 on bare skin in even light;
  // dark glasses reach down there, brows, lashes and shadows of the brow do not.
  float eyes_visible = 0;
  float illumination_uniformity = 0;  // overlap of the two half-face histograms, 0..1
  float luminance_mean = 0;           // of the face, 0..255
  float dynamic_range = 0;            // entropy of the face's grey levels, bits
  float under_exposure = 0;           // share of the face's pixels below 26
  float over_exposure = 0;            // share of the face's pixels above 247
  float sharpness = 0;                // mean absolute Laplacian of the face at 112 pixels, grey levels
};

// What is good enough. Defaults: for verification at an ATM's distance.
struct QualityLimits {
  float least_inter_eye_distance = 24;
  float largest_head_size = 0.90F;
  float least_crop_margin = -0.05F;
  float largest_yaw = 25;
  float largest_pitch = 30;
  float largest_roll = 25;
  float least_eyes_open = 0.12F;
  float least_eyes_visible = 0.60F;
  float least_illumination_uniformity = 0.25F;
  float darkest_luminance = 45;
  float brightest_luminance = 215;
  float least_dynamic_range = 5.0F;
  float largest_under_exposure = 0.45F;
  float largest_over_exposure = 0.25F;
  float least_sharpness = 3.0F;
};

Quality measure_quality(const camera::Frame& frame, const DetectedFace& face, const Landmarks& landmarks,
                        std::size_t faces);

// The same of a face that was aligned before (112x112): light, sharpness and the sight of the eyes. What lies in the
// frame around it is taken to be good.
Quality measure_aligned_quality(const camera::Frame& aligned);

// The first reason against this picture, the most useful one for the person first; none when it is good
// enough.
QualityHint judge_quality(const Quality& quality, const QualityLimits& limits = {});

}  // namespace sesame::biometric
