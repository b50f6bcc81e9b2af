// A pipeline for each worker of in_parallel, made by that worker when it is first asked for.
#pragma once

#include <memory>
#include <vector>

#include "biometric/evaluate/known_site.hpp"
#include "biometric/pipeline/pipeline.hpp"

namespace sesame::evaluation {

class WorkerPipelines {
 public:
  // `models` outlives it.
  WorkerPipelines(const biometric::ModelSet& models, unsigned workers) : models_(models), pipelines_(workers) {}

  unsigned workers() const { return static_cast<unsigned>(pipelines_.size()); }
  biometric::Pipeline& of(unsigned worker) {
    auto& pipeline = pipelines_[worker];
    if (!pipeline) {
      biometric::PipelineOptions options;
      options.threads = 1;  // the workers are the threads
      options.site = rules_for_known_sites();
      pipeline = std::make_unique<biometric::Pipeline>(models_, options);
    }
    return *pipeline;
  }

 private:
  const biometric::ModelSet& models_;
  std::vector<std::unique_ptr<biometric::Pipeline>> pipelines_;
};

}  // namespace sesame::evaluation
