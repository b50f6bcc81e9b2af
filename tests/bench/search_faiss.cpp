// FAISS, to be compared with. Only sesame-bench links it, and only where Debian's libfaiss-dev is installed.
#include "tests/bench/search_sides.hpp"

#ifdef SESAME_HAVE_FAISS
#include <faiss/IndexFlat.h>
#include <faiss/IndexScalarQuantizer.h>
#include <omp.h>
#endif

namespace sesame::bench {

#ifdef SESAME_HAVE_FAISS
namespace {

class Faiss final : public Side {
 public:
  Faiss(std::string name, std::unique_ptr<faiss::IndexFlatCodes> index, std::size_t count)
      : name_(std::move(name)), index_(std::move(index)) {
    index_->codes.reserve(count * index_->code_size);  // or it holds up to three copies while it grows
  }
  std::string name() const override { return name_; }
  void add(Rows rows) override {
    const auto count = static_cast<faiss::Index::idx_t>(rows.size() / face_length);
    if (!index_->is_trained) index_->train(count, rows.data());
    index_->add(count, rows.data());
  }
  void search(const std::vector<std::span<const float>>& probes, std::size_t maximum, int threads) override {
    omp_set_num_threads(threads);
    std::vector<float> values, scores(probes.size() * maximum);
    std::vector<faiss::Index::idx_t> rows(probes.size() * maximum);
    for (const auto& probe : probes) values.insert(values.end(), probe.begin(), probe.end());
    index_->search(static_cast<faiss::Index::idx_t>(probes.size()), values.data(), static_cast<faiss::Index::idx_t>(maximum), scores.data(),
                   rows.data());
  }

 private:
  std::string name_;
  std::unique_ptr<faiss::IndexFlatCodes> index_;
};

}  // namespace

std::vector<std::unique_ptr<Side>> faiss_sides(std::size_t count) {
  constexpr auto length = static_cast<faiss::Index::idx_t>(face_length);
  std::vector<std::unique_ptr<Side>> sides;
  sides.push_back(std::make_unique<Faiss>("FAISS IndexFlatIP", std::make_unique<faiss::IndexFlatIP>(length), count));
  auto bytes = std::make_unique<faiss::IndexScalarQuantizer>(static_cast<int>(length), faiss::ScalarQuantizer::QT_8bit,
                                                            faiss::METRIC_INNER_PRODUCT);
  sides.push_back(std::make_unique<Faiss>("FAISS IndexScalarQuantizer", std::move(bytes), count));
  return sides;
}
#else
std::vector<std::unique_ptr<Side>> faiss_sides(std::size_t) { return {}; }
#endif

}  // namespace sesame::bench
