// A search by bytes must answer as a search by floats does: on rows that are as faces are, and on rows made
// to break it.
#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cmath>
#include <latch>
#include <limits>

#include "tests/unit/vault/faces.hpp"
#include "tests/unit/vault/instruction_sets.hpp"
#include "tests/unit/vault/plain_search.hpp"

namespace sesame::biometric {
namespace {

using Vector = std::vector<float>;

struct Pair {
  explicit Pair(std::size_t dimension) : index(dimension) {}
  void add(const std::string& customer, const Vector& values) {
    index.add(customer, values);
    plain.add(customer, values);
  }
  void remove(const std::string& customer) {
    index.remove(customer);
    plain.remove(customer);
  }
  void compare(const Vector& probe, std::size_t maximum) const {
    expect_same(index.search(probe, maximum), plain.search(probe, maximum));
  }
  SearchIndex index;
  PlainSearch plain;
};

Vector scaled(Vector values, float factor) {
  for (float& value : values) value *= factor;
  return values;
}

// Rows that share their bytes, so that only the floats tell them apart.
Vector nudged(Vector values, std::size_t at) {
  values[at % values.size()] = std::nextafter(values[at % values.size()], 2.0F);
  return values;
}

// What no face is, but a damaged or hostile template might be.
std::vector<Vector> strange_vectors(std::size_t dimension) {
  constexpr float denormal = std::numeric_limits<float>::denorm_min();
  std::vector<Vector> strange{Vector(dimension, 0.0F),
                              Vector(dimension, -0.0F),
                              Vector(dimension, denormal),
                              Vector(dimension, std::numeric_limits<float>::max()),
                              Vector(dimension, std::numeric_limits<float>::lowest()),
                              Vector(dimension, 1 / std::sqrt(static_cast<float>(dimension)))};
  Vector one_of_many = face(1, dimension), large_beside_small(dimension, denormal);
  for (std::size_t i = 1; i < dimension; ++i) one_of_many[i] = denormal * static_cast<float>(i);
  large_beside_small[dimension / 2] = 1;
  strange.push_back(one_of_many);
  strange.push_back(large_beside_small);
  for (std::size_t at : {std::size_t{0}, dimension / 2, dimension - 1}) {
    strange.emplace_back(dimension, 0.0F);
    strange.back()[at] = 1;
    strange.push_back(scaled(strange.back(), -1));
  }
  for (const float factor :
       {1e-44F, 1e-38F, 1e-30F, 0x1p-41F, 0x1p-39F, 1e-6F, 1e6F, 0x1p39F, 0x1p43F, 1e30F, 1e38F, -1.0F})
    strange.push_back(scaled(face(7, dimension), factor));
  return strange;
}

TEST(SearchExact, random_rows_rank_as_by_floats) {
  for (const std::size_t dimension : {1, 2, 3, 5, 16, 63, 512}) {
    SCOPED_TRACE(dimension);
    Pair pair(dimension);
    for (unsigned i = 0; i < 700; ++i) pair.add("c" + std::to_string(i), face(i, dimension));
    for (const unsigned seed : {3U, 5000U, 5001U}) {
      for (const std::size_t maximum : {1, 2, 10, 699, 700, 5000})
        pair.compare(face(seed, dimension), maximum);
    }
  }
}

TEST(SearchExact, a_genuine_face_is_found_among_its_lookalikes) {
  Pair pair(template_length);
  for (unsigned i = 0; i < 1500; ++i) pair.add("c" + std::to_string(i), face(i));
  for (unsigned i = 0; i < 40; ++i)
    pair.add("alike" + std::to_string(i), face_again(20, 0.5F + 0.01F * static_cast<float>(i)));
  for (const float likeness : {0.2F, 0.3F, 0.5F, 0.8F}) {
    pair.compare(face_again(20, likeness), 1);
    pair.compare(face_again(20, likeness), 50);
  }
}

TEST(SearchExact, rows_that_differ_in_the_last_bit_alone_are_told_apart) {
  Pair pair(template_length);
  const Vector probe = face(1);
  for (unsigned i = 0; i < 300; ++i) pair.add("c" + std::to_string(i), nudged(face_again(1, 0.6F), i * 7));
  for (const std::size_t maximum : {1, 5, 200}) pair.compare(probe, maximum);
}

TEST(SearchExact, rows_that_are_the_same_come_by_name) {
  Pair pair(64);
  for (const unsigned i : {5U, 3U, 9U, 1U, 7U, 2U}) {
    for (unsigned k = 0; k < 20; ++k) pair.add("c" + std::to_string(i) + std::to_string(k), face(i % 3, 64));
  }
  for (const std::size_t maximum : {1, 3, 30, 120}) pair.compare(face(2, 64), maximum);
  for (const std::string name : {"c50", "c910", "c20"}) pair.remove(name);
  for (const std::size_t maximum : {1, 3, 30, 120}) pair.compare(face(2, 64), maximum);
}

TEST(SearchExact, zeros_denormals_and_extremes_rank_as_by_floats) {
  for (const std::size_t dimension : {2, 17, 512}) {
    SCOPED_TRACE(dimension);
    Pair pair(dimension);
    const std::vector<Vector> strange = strange_vectors(dimension);
    for (std::size_t i = 0; i < strange.size(); ++i) pair.add("strange" + std::to_string(i), strange[i]);
    for (unsigned i = 0; i < 200; ++i) pair.add("c" + std::to_string(i), face(i, dimension));
    for (std::size_t i = 0; i < strange.size(); ++i) {
      SCOPED_TRACE(i);
      for (const std::size_t maximum : {1, 4, 1000}) pair.compare(strange[i], maximum);
    }
    for (const std::size_t maximum : {1, 4, 1000}) pair.compare(face(11, dimension), maximum);
  }
}

TEST(SearchExact, values_that_are_no_numbers_are_refused_and_leave_no_trace) {
  SearchIndex index(16);
  index.add("c", face(1, 16));
  for (const float value : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                            -std::numeric_limits<float>::infinity()}) {
    Vector broken = face(2, 16);
    broken[9] = value;
    EXPECT_THROW(index.add("d", broken), std::invalid_argument);
    EXPECT_THROW(index.search(broken, 1), std::invalid_argument);
  }
  EXPECT_EQ(index.size(), 1U);
  EXPECT_EQ(index.search(face(2, 16), 5).size(), 1U);
}

TEST(SearchExact, customers_who_leave_are_gone_at_once_and_the_others_stay) {
  Pair pair(32);
  std::mt19937 generator(3);
  for (unsigned step = 0; step < 6000; ++step) {
    // Grows to some thousand rows, then shrinks to none: over every border of memory, both ways.
    const bool adding = step < 3000 ? generator() % 8 != 0 : generator() % 8 == 0;
    const std::string customer = "c" + std::to_string(generator() % 400);
    if (adding)
      pair.add(customer, face(step, 32));
    else
      pair.remove(customer);
    ASSERT_EQ(pair.index.size(), pair.plain.size());
    if (step % 150 == 0) pair.compare(face(step + 50000, 32), 20);
  }
  for (unsigned i = 0; i < 400; ++i) pair.remove("c" + std::to_string(i));
  EXPECT_EQ(pair.index.size(), 0U);
  EXPECT_TRUE(pair.index.search(face(1, 32), 5).empty());
  pair.add("again", face(1, 32));
  pair.compare(face(1, 32), 5);
}

TEST(SearchExact, a_customer_with_several_faces_is_found_by_each) {
  Pair pair(64);
  for (unsigned i = 0; i < 900; ++i) pair.add("c" + std::to_string(i % 90), face(i, 64));
  for (unsigned i = 0; i < 900; i += 50) pair.compare(face(i, 64), 12);
  pair.remove("c7");
  for (unsigned i = 7; i < 900; i += 90) pair.compare(face(i, 64), 12);
}

std::vector<Vector> some_probes(std::size_t count, std::size_t dimension) {
  std::vector<Vector> probes = strange_vectors(dimension);
  while (probes.size() < count)
    probes.push_back(face(static_cast<unsigned>(probes.size()) + 9000, dimension));
  std::ranges::rotate(probes, probes.begin() + 5);
  probes.resize(count);
  return probes;
}

void expect_batch_as_single(const SearchIndex& index, std::size_t count, const SearchWorkers& workers) {
  const std::vector<Vector> probes = some_probes(count, index.dimension());
  const std::vector<std::span<const float>> views(probes.begin(), probes.end());
  for (const std::size_t maximum : {1, 7, 5000}) {
    const auto batch = index.search(views, maximum, workers);
    ASSERT_EQ(batch.size(), count);
    for (std::size_t i = 0; i < count; ++i) expect_equal(batch[i], index.search(probes[i], maximum));
  }
}

SearchIndex filled(std::size_t rows, std::size_t dimension) {
  SearchIndex index(dimension);
  for (unsigned i = 0; i < rows; ++i) index.add("c" + std::to_string(i % (rows / 2)), face(i, dimension));
  return index;
}

TEST(SearchExact, many_probes_at_once_are_answered_as_one_by_one) {
  const SearchIndex index = filled(333, 40);
  EXPECT_TRUE(index.search(std::span<const std::span<const float>>(), 3).empty());
  for (std::size_t count = 1; count <= 19; ++count) expect_batch_as_single(index, count, {});
}

TEST(SearchExact, every_row_of_a_large_gallery_is_looked_at) {
  Pair pair(8);
  for (unsigned i = 0; i < 9000; ++i) pair.add("c" + std::to_string(i), face(i, 8));
  pair.compare(face(9001, 8), 9000);
}

TEST(SearchExact, one_probe_finds_its_own_row_wherever_it_is) {
  Pair pair(8);
  for (unsigned i = 0; i < 5000; ++i) pair.add("c" + std::to_string(i), face(i, 8));
  with_each_instruction_set([&pair] {
    for (unsigned own = 0; own < 5000; own += 97) {
      pair.compare(face(own, 8), 1);
      pair.compare(face(own, 8), 3);
    }
  });
}

TEST(SearchExact, workers_change_nothing_in_an_answer) {
  const SearchIndex index = filled(9000, 24);
  for (const std::size_t parts : {1, 2, 3, 8}) {
    SCOPED_TRACE(parts);
    expect_batch_as_single(index, 5, {parts, [](std::size_t count, const auto& work) {
                                        for (std::size_t part = count; part > 0; --part) work(part - 1);
                                      }});
    boost::asio::thread_pool pool(2);
    expect_batch_as_single(index, 5, {parts, [&pool](std::size_t count, const auto& work) {
                                        std::latch done(static_cast<std::ptrdiff_t>(count));
                                        for (std::size_t part = 0; part < count; ++part) {
                                          boost::asio::post(pool, [&, part] {
                                            work(part);
                                            done.count_down();
                                          });
                                        }
                                        done.wait();
                                      }});
    pool.join();
  }
}

TEST(SearchExact, every_set_of_instructions_gives_the_same_answers) {
  const SearchIndex index = filled(700, 66);
  const std::vector<Vector> probes = some_probes(15, 66);
  const std::vector<std::span<const float>> views(probes.begin(), probes.end());
  PlainSearch plain;
  for (unsigned i = 0; i < 700; ++i) plain.add("c" + std::to_string(i % 350), face(i, 66));
  const auto expected = index.search(views, 9);
  with_each_instruction_set([&] {
    const auto batch = index.search(views, 9);
    for (std::size_t i = 0; i < probes.size(); ++i) {
      expect_same(batch[i], plain.search(probes[i], 9));
      expect_equal(batch[i], expected[i]);
      expect_equal(index.search(probes[i], 9), expected[i]);
    }
  });
}

}  // namespace
}  // namespace sesame::biometric
