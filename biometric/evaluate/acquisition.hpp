// Acquisition: from picture files to templates with the face pipeline, in parallel: a pipeline for each
// worker. Only the program sesame-evaluate links this.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "biometric/evaluate/evaluation.hpp"
#include "biometric/evaluate/worker_pipelines.hpp"

namespace sesame::evaluation {

struct AcquisitionOptions {
  bool aligned = false;   // pictures are crops in the embedding model's layout
  bool gate = true;       // what the quality gate refuses is not acquired, as at a terminal
  bool liveness = false;  // ask the liveness model as well
  unsigned jobs = 0;
};

class Acquisition {
 public:
  Acquisition(const biometric::ModelSet& models, const AcquisitionOptions& options);
  ~Acquisition();

  // What became of each picture, in the data's order. `progress` is called by one worker at a time. Throws
  // DataError: an aligned picture of another size than the model's.
  std::vector<Acquired> acquire(const LabelledData& data, const Progress& progress);

  // The face as the embedding model saw it, as JPEG; empty when there is none.
  std::string aligned_jpeg(const std::string& path);

 private:
  Acquired acquire_one(biometric::Pipeline& pipeline, const std::string& path) const;
  void require_aligned(const camera::Frame& picture, const std::string& path) const;

  const biometric::ModelSet& models_;
  AcquisitionOptions options_;
  WorkerPipelines pipelines_;
};

}  // namespace sesame::evaluation
