#include "biometric/template/master_key.hpp"

#include "biometric/template/crypto.hpp"

namespace sesame::biometric {

Bytes wrap_anew(ByteView wrapped, ByteView context, MasterKey& from, MasterKey& to) {
  const Secret key = from.unwrap(wrapped, context);
  Bytes anew = to.wrap(key, context);
  // A token's key may be made for wrapping alone: nobody would notice before the old key is destroyed.
  bool opens = false;
  try {
    opens = equal_in_constant_time(to.unwrap(anew, context).view(), key.view());
  } catch (const DoesNotOpen&) {
  }
  if (!opens) throw std::runtime_error("the master key " + to.id() + " does not open what it wrapped");
  return anew;
}

}  // namespace sesame::biometric
