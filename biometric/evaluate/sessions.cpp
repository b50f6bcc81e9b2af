#include "biometric/evaluate/sessions.hpp"

#include <algorithm>
#include <set>

#include "biometric/pipeline/fusion.hpp"

namespace sesame::evaluation {
namespace {

// The comparisons of single looks, or of probes.
struct Trials {
  struct Trial {
    std::uint32_t person;  // who came, for genuine ones; with whom they were compared, for the others
    double cosine;
  };
  std::vector<Trial> genuine;
  std::vector<Trial> impostor;

  // `people`: more than the highest number of either.
  static Rate rate(const std::vector<Trial>& trials, std::size_t people, double threshold, bool match_is_wrong) {
    std::vector<Tally> tallies(people);
    for (const Trial& trial : trials) {
      Tally& tally = tallies[trial.person];
      ++tally.trials;
      if ((trial.cosine >= threshold) == match_is_wrong) ++tally.errors;
    }
    return rate_of(tallies);
  }

  SessionScores scores() const {
    SessionScores result;
    std::vector<double> cosines;
    for (const Trial& trial : genuine) cosines.push_back(trial.cosine);
    if (!cosines.empty()) {
      std::sort(cosines.begin(), cosines.end());
      result.lowest_genuine = cosines.front();
      result.median_genuine = cosines[cosines.size() / 2];
    }
    for (const Trial& trial : impostor) result.highest_impostor = std::max(result.highest_impostor, trial.cosine);
    return result;
  }
};

biometric::Template stranger(const Samples& strangers, std::size_t row) {
  const auto values = strangers.templates.values(row);
  return {values.begin(), values.end()};
}

class Comparing {
 public:
  Comparing(const std::vector<SessionReference>& references, const Samples& strangers, std::uint32_t first_stranger)
      : references_(references), strangers_(strangers), first_stranger_(first_stranger) {}

  void compare(const Session& session, const biometric::Template& face, Trials& trials) const {
    for (const SessionReference& reference : references_) {
      const double cosine = biometric::cosine(face, reference.face);
      if (reference.person != session.person)
        trials.impostor.push_back({reference.person, cosine});
      else if (reference.take != session.take)
        trials.genuine.push_back({session.person, cosine});
    }
    for (std::size_t row = 0; row < strangers_.persons.size(); ++row)
      trials.impostor.push_back(
          {first_stranger_ + strangers_.persons[row], biometric::cosine(face, stranger(strangers_, row))});
  }

 private:
  const std::vector<SessionReference>& references_;
  const Samples& strangers_;
  std::uint32_t first_stranger_;
};

std::uint32_t after_the_last_person(const std::vector<Session>& sessions, const std::vector<SessionReference>& references) {
  std::uint32_t next = 0;
  for (const Session& session : sessions) next = std::max(next, session.person + 1);
  for (const SessionReference& reference : references) next = std::max(next, reference.person + 1);
  return next;
}

}  // namespace

SessionReport session_report(const std::vector<Session>& sessions, const std::vector<SessionReference>& references,
                             const Samples& strangers, const std::vector<biometric::CalibrationPoint>& calibration) {
  const std::uint32_t first_stranger = after_the_last_person(sessions, references);
  const Comparing comparing(references, strangers, first_stranger);
  SessionReport report;
  report.sessions = sessions.size();
  report.references = references.size();
  report.strangers = strangers.persons.size();
  report.stranger_people = std::set(strangers.persons.begin(), strangers.persons.end()).size();
  Trials looks, probes;
  std::set<std::uint32_t> people, known;
  for (const Session& session : sessions) {
    people.insert(session.person);
    report.looks += session.looks.size();
    for (const biometric::Template& look : session.looks) comparing.compare(session, look, looks);
    comparing.compare(session, session.probe, probes);
  }
  for (const Trials::Trial& trial : probes.genuine) known.insert(trial.person);
  report.people = people.size();
  report.known_people = known.size();
  const std::size_t everybody = first_stranger + strangers.people;
  for (const biometric::CalibrationPoint& point : calibration)
    report.points.push_back({point.false_match_rate, point.cosine,
                             Trials::rate(looks.genuine, everybody, point.cosine, false),
                             Trials::rate(probes.genuine, everybody, point.cosine, false),
                             Trials::rate(looks.impostor, everybody, point.cosine, true),
                             Trials::rate(probes.impostor, everybody, point.cosine, true)});
  report.look_scores = looks.scores();
  report.probe_scores = probes.scores();
  return report;
}

}  // namespace sesame::evaluation
